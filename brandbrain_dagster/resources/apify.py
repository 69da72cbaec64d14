"""Apify as a Dagster resource: the client, and the limits that collecting keeps to."""

from importlib.metadata import version

import dagster as dg

from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.use_cases.collect_ports import CollectLimits


class ApifyResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Apify's API; the token is read from APIFY_TOKEN when a client is made: it is in no configuration and no log."""

    def client(self) -> ApifyClient:
        """Returns a client, to be used as an async context manager.

        Raises:
            ConfigurationError: the token or the address cannot be used.
        """
        settings = load_settings()
        return ApifyClient(
            token=settings.apify_token.get_secret_value() if settings.apify_token else None,
            version=version("brandbrain-dagster"),
            base_url=settings.apify_api_base_url,
        )

    def limits(self) -> CollectLimits:
        """Returns caps, TTL, timeouts and charges."""
        settings = load_settings()
        return CollectLimits(
            caps=settings.caps,
            disabled=settings.disabled_capabilities,
            ttl_hours=settings.apify_run_ttl_hours,
            poll_timeout_seconds=settings.apify_poll_timeout_seconds,
            max_run_usd=settings.max_run_usd,
        )

    def concurrency(self) -> int:
        """Returns how many actor runs may go on at the same time."""
        return load_settings().apify_concurrency
