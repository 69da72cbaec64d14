"""The version of the figures, in a module of its own: who only records it loads no language models."""

FEATURES_VERSION = "2"
"""Changes whenever the same items would give other figures."""
