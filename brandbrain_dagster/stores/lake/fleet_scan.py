"""The figures of all brands at once: one query over every evidence file, from which only percentiles come out.

The figures are those of ``domain/fleet/brand_figures.py``. Whole numbers are added up, so the order in which files are
read changes nothing. DuckDB streams the files and keeps a row per brand and platform.
"""

from typing import Any, cast

from brandbrain_dagster.domain.fleet.brand_figures import (
    EMOJI,
    EXCLAMATION_MARKS,
    LINK,
    MENTION,
    METRICS,
    MICROSECOND,
    QUESTION_MARKS,
    WEEK,
)
from brandbrain_dagster.domain.fleet.standing import FEWEST_BRANDS, FleetFigures, fleet_figures
from brandbrain_dagster.errors import InvalidInputError, LakeError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.lake.scans import LakeScan


def scan_fleet(lake: Lake) -> FleetFigures:
    """Returns the percentiles over all brands that have evidence.

    Raises:
        LakeError: an evidence file cannot be read, perhaps because its brand is being erased.
    """
    scan = LakeScan(lake, views=["evidence"])
    try:
        _, rows = scan.query(FLEET_QUERY)
    except InvalidInputError as error:
        raise LakeError(f"Could not compare the brands: {error} Try again, or repair that file.") from error
    finally:
        scan.close()
    return fleet_figures(cast("list[tuple[Any, ...]]", rows))


def _matches(pattern: str) -> str:
    return f"len(regexp_extract_all(text_primary, '{pattern}'))"


def _has(marks: str) -> str:
    return "(" + " OR ".join(f"contains(text_primary, '{mark}')" for mark in marks) + ")"


_IS_ASCII = "length(text_primary) = strlen(text_primary)"
_SPAN = "epoch_us(max(published_at)) - epoch_us(min(published_at))"
_METRIC_AVERAGES = "".join(
    f",\n        sum(metrics.{name}) / nullif(count(metrics.{name}), 0) AS {name}_per_item" for name in METRICS
)

FLEET_QUERY = f"""
WITH counted AS (
    SELECT brand_id, platform, published_at, metrics,
        length(text_primary) AS characters,
        CASE WHEN {_IS_ASCII} THEN 0 ELSE {_matches(EMOJI)} END AS emoji,
        len(hashtags) AS hashtags,
        {_matches(LINK)} AS links,
        CASE WHEN contains(text_primary, '@') THEN {_matches(MENTION)} ELSE 0 END AS mentions,
        {_has(QUESTION_MARKS)} AS has_question,
        {_has(EXCLAMATION_MARKS)} AS has_exclamation
    FROM evidence
    WHERE NOT contains(flags, '"is_repost":true')
), by_brand AS (
    SELECT brand_id, platform,
        sum(characters) / count(*) AS text_length,
        sum(emoji) / count(*) AS emoji_per_item,
        sum(emoji) / nullif(sum(characters), 0) AS emoji_density,
        sum(hashtags) / count(*) AS hashtags_per_item,
        sum(links) / count(*) AS links_per_item,
        sum(mentions) / count(*) AS mentions_per_item,
        count(*) FILTER (has_question) / count(*) AS question_share,
        count(*) FILTER (has_exclamation) / count(*) AS exclamation_share,
        CASE WHEN {_SPAN} >= {WEEK // MICROSECOND}
            THEN (count(published_at) - 1) * {WEEK // MICROSECOND} / ({_SPAN})
            WHEN {_SPAN} > 0 THEN count(published_at)::DOUBLE END AS posts_per_week{_METRIC_AVERAGES}
    FROM counted GROUP BY brand_id, platform
), figures AS (
    UNPIVOT by_brand ON COLUMNS(* EXCLUDE (brand_id, platform)) INTO NAME figure VALUE number
)
SELECT platform, figure, count(*), quantile_cont(number, [0.1, 0.25, 0.5, 0.75, 0.9])
FROM figures GROUP BY platform, figure HAVING count(*) >= {FEWEST_BRANDS}
"""  # noqa: S608
"""Brands with fewer than two different times have no rate, and none enters a percentile without a number."""
