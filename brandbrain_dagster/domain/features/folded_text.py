"""A text folded for comparing that still knows where each of its characters stood in the text itself."""

from brandbrain_dagster.domain.features.graphemes import GRAPHEME
from brandbrain_dagster.domain.features.lexicon import fold_text


class FoldedText:
    """``text`` is what `fold_text` returns, made grapheme by grapheme: folding may change how long each of them is."""

    def __init__(self, original: str) -> None:
        pieces: list[str] = []
        self._places: list[tuple[int, int]] = []
        for grapheme in GRAPHEME.finditer(original):
            folded = fold_text(grapheme.group())
            pieces.append(folded)
            self._places += [grapheme.span()] * len(folded)
        self.text = "".join(pieces)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Returns where a stretch of the folded text, of at least one character, starts and ends in the original."""
        return self._places[start][0], self._places[end - 1][1]
