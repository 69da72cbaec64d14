"""Where a brand stands among all brands: its figures against five points of the fleet's distribution.

A benchmark holds nothing of any one brand: each counts once with its own figure, and a figure that fewer than 20 brands
have is left out.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

import msgspec

from brandbrain_dagster.domain.compile.canonical_json import canonical_json
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.fleet.brand_figures import FIGURES_VERSION, Figures, brand_figures

FEWEST_BRANDS = 20
DECIMALS = 6
_BENCHMARKS = UUID("5b8f6d0e-0c43-5b8e-9f57-9d0b2a1c7e64")
"""Namespace of benchmark ids; any will do."""


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """The percentiles of one figure over the ``n`` brands that have it."""

    n: int
    p10: float
    p25: float
    p50: float
    p75: float
    p90: float

    @property
    def points(self) -> list[tuple[int, float]]:
        """The percentiles and their figures, ascending."""
        return [(10, self.p10), (25, self.p25), (50, self.p50), (75, self.p75), (90, self.p90)]


class FleetFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Platform → figure → its distribution; two are compared only where the version of the figures is the same."""

    version: str
    platforms: dict[str, dict[str, Distribution]]

    @property
    def benchmark_id(self) -> UUID:
        """The id that these figures have wherever they are computed."""
        return uuid5(_BENCHMARKS, canonical_json(msgspec.to_builtins(self)).decode())


def fleet_figures(distributions: Iterable[tuple[str, str, int, tuple[float, ...]]]) -> FleetFigures:
    """Returns the benchmark of (platform, figure, number of brands, five percentiles); too few brands are left out."""
    platforms: dict[str, dict[str, Distribution]] = {}
    for platform, figure, n, points in sorted(distributions):
        if n >= FEWEST_BRANDS:
            p10, p25, p50, p75, p90 = (round(point, DECIMALS) for point in points)
            found = Distribution(n=n, p10=p10, p25=p25, p50=p50, p75=p75, p90=p90)
            platforms.setdefault(platform, {})[figure] = found
    return FleetFigures(version=FIGURES_VERSION, platforms=platforms)


def fleet_inputs(items: Iterable[EvidenceItem], fleet: FleetFigures | None) -> dict[str, Any]:
    """Returns what a brand's standing rests on, as plain JSON to be recorded; empty when there is nothing to compare.

    Args:
        items: all evidence of the brand.
        fleet: the newest benchmark, if there is one.
    """
    if fleet is None or fleet.version != FIGURES_VERSION:
        return {}
    brand: Figures = {}
    compared: dict[str, dict[str, Distribution]] = {}
    for platform, figures in brand_figures(items).items():
        known = fleet.platforms.get(platform, {})
        both = sorted(figures.keys() & known.keys())
        if both:
            brand[platform] = {name: round(figures[name], DECIMALS) for name in both}
            compared[platform] = {name: known[name] for name in both}
    if not brand:
        return {}
    return {"benchmark_id": str(fleet.benchmark_id), "brand": brand, "fleet": msgspec.to_builtins(compared)}


def fleet_standing(recorded: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns ``meta.fleet`` from what `fleet_inputs` gave; the same record gives the same result, None from nothing.

    ``platforms`` is platform → figure → `standing_of`.
    """
    if not recorded:
        return None
    fleet = msgspec.convert(recorded["fleet"], dict[str, dict[str, Distribution]])
    platforms = {}
    for platform, figures in recorded["brand"].items():
        standings = {name: standing_of(value, fleet[platform][name]) for name, value in figures.items()}
        platforms[platform] = {name: standing for name, standing in standings.items() if standing is not None}
    platforms = {platform: standings for platform, standings in platforms.items() if standings}
    return {"benchmark_id": recorded["benchmark_id"], "platforms": platforms} if platforms else None


def standing_of(value: float, fleet: Distribution) -> dict[str, Any] | None:
    """Returns ``{value, percentile, bound, n}``, or None where all points are the value or too few brands are in them.

    ``percentile`` is interpolated between the points next to the value. Beyond the outermost points only a limit is
    known: ``bound`` is then ``at_most`` or ``at_least``, else None. A value that several points share (often zero)
    stands in the middle of them, or is bounded by the last of them where nothing is known beyond.
    """
    points = fleet.points
    below = [(percent, point) for percent, point in points if point < value]
    above = [(percent, point) for percent, point in points if point > value]
    equal = [percent for percent, point in points if point == value]
    bound = None
    if fleet.n < FEWEST_BRANDS or len(equal) == len(points):
        return None
    if not below:
        percentile, bound = float(equal[-1] if equal else points[0][0]), "at_most"
    elif not above:
        percentile, bound = float(equal[0] if equal else points[-1][0]), "at_least"
    elif equal:
        percentile = (equal[0] + equal[-1]) / 2
    else:
        (low, low_point), (high, high_point) = below[-1], above[0]
        percentile = low + (high - low) * (value - low_point) / (high_point - low_point)
    return {"value": value, "percentile": round(percentile), "bound": bound, "n": fleet.n}


def standing_text(figure: str, standing: Mapping[str, Any]) -> str:
    """Returns a standing in words: ``emoji density: 82nd percentile of 1,240 brands``."""
    bound = {"at_most": "at most ", "at_least": "at least "}.get(standing["bound"] or "", "")
    percentile: int = standing["percentile"]
    of_all = f"{bound}{percentile}{_ordinal_ending(percentile)} percentile of {standing['n']:,} brands"
    return f"{figure.replace('_', ' ')}: {of_all}"


def _ordinal_ending(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
