"""Collecting one source: reuse what is fresh, attach to what is running, start what is missing.

A source that fails never fails the compile: the failure is its outcome. Not here: what the rows mean (normalization).
"""

from uuid import UUID

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus
from brandbrain_dagster.domain.ingestion.caps import effective_cap
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, SourceOutcome
from brandbrain_dagster.domain.ingestion.freshness import (
    FreshnessAction,
    FreshnessFacts,
    FreshnessVerdict,
    decide_freshness,
    effective_ttl_hours,
    run_age_hours,
)
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.domain.platforms.capability import Capability
from brandbrain_dagster.domain.platforms.registry import find_capability
from brandbrain_dagster.errors import ApifyError, ApifyNotFoundError, InvalidInputError
from brandbrain_dagster.use_cases.collect_ports import CollectPorts
from brandbrain_dagster.use_cases.follow_actor_run import follow_actor_run
from brandbrain_dagster.use_cases.start_actor_run import find_started_run, start_actor_run


async def collect_source(
    source: SourceConnection,
    *,
    newest_succeeded: ActorRun | None,
    live: ActorRun | None,
    force_refresh: bool,
    compile_run_id: UUID | None,
    ports: CollectPorts,
) -> SourceOutcome:
    """Brings one source up to date and says what became of it.

    ``newest_succeeded`` and ``live`` are its runs as the ledger knows them.

    Raises:
        LedgerUnavailableError, LakeError: our own stores failed; runs that go on are attached to by the next attempt.
    """
    if source.name in ports.limits.disabled:
        return _outcome(source, Disposition.SKIPPED, f"{source.name} is switched off")
    ttl_hours = effective_ttl_hours(ports.limits.ttl_hours, source.settings_json)
    facts = FreshnessFacts(
        force_refresh=force_refresh,
        newest_succeeded=newest_succeeded,
        live=live,
        ttl_hours=ttl_hours,
        compile_run_id=compile_run_id,
    )
    verdict = decide_freshness(facts, ports.now())
    if verdict.action is FreshnessAction.REUSE and verdict.run is not None:
        return _outcome_of_run(source, verdict.run, Disposition.REUSED, verdict.reason, ports)
    ports.report(source, f"{verdict.action}: {verdict.reason}")
    try:
        capability = find_capability(source.platform, source.capability)
        async with ports.slots.free:
            collection = _Collection(source, capability, compile_run_id, ports)
            return await collection.collect(verdict, ttl_hours)
    except (ApifyError, InvalidInputError) as error:
        return _outcome(source, Disposition.FAILED, str(error), error=str(error))


class _Collection:
    """One source being collected: it attaches or starts, and follows the run to its end."""

    def __init__(
        self, source: SourceConnection, capability: Capability, compile_run_id: UUID | None, ports: CollectPorts
    ) -> None:
        self._source = source
        self._capability = capability
        self._compile_run_id = compile_run_id
        self._ports = ports
        self._cap = effective_cap(ports.limits.caps[source.name], source.settings_json)

    async def collect(self, verdict: FreshnessVerdict, ttl_hours: float) -> SourceOutcome:
        if verdict.run is not None:
            attached = await self._attach(verdict.run)
            if attached is not None and run_age_hours(attached, self._ports.now()) <= ttl_hours:
                return _outcome_of_run(self._source, attached, Disposition.REFRESHED, verdict.reason, self._ports)
        started = await start_actor_run(
            self._source,
            actor_id=self._capability.actor_id,
            actor_input=self._capability.build_input(self._source.identifier, self._cap, self._source.settings_json),
            cap=self._cap,
            compile_run_id=self._compile_run_id,
            ports=self._ports,
        )
        done = await self._follow(started, is_new=True)
        return _outcome_of_run(self._source, done, Disposition.REFRESHED, verdict.reason, self._ports)

    async def _attach(self, live: ActorRun) -> ActorRun | None:
        """Goes on with a live run; None when Apify does not have it, or not any more."""
        run = live if live.apify_run_id else await find_started_run(live, ports=self._ports)
        if run is None:
            return None
        try:
            return await self._follow(run, is_new=False)
        except ApifyNotFoundError:
            return None

    async def _follow(self, run: ActorRun, *, is_new: bool) -> ActorRun:
        return await follow_actor_run(
            run, source=self._source, capability=self._capability, cap=self._cap, is_new=is_new, ports=self._ports
        )


def _outcome(
    source: SourceConnection, disposition: Disposition, reason: str, *, error: str | None = None
) -> SourceOutcome:
    return SourceOutcome(
        disposition=disposition,
        source=source.name,
        source_connection_id=source.id,
        identifier=source.identifier,
        reason=reason,
        error=error,
    )


def _outcome_of_run(
    source: SourceConnection, run: ActorRun, disposition: Disposition, reason: str, ports: CollectPorts
) -> SourceOutcome:
    """Says what became of a source whose run is over; one without usable rows has failed even if it SUCCEEDED."""
    error = None
    if run.status is not ActorRunStatus.SUCCEEDED:
        error = f"run {run.apify_run_id} ended {run.status}: {run.error_summary}"
    elif run.has_usable_rows is False:
        error = f"the run brought nothing usable: {run.error_summary}"
    return SourceOutcome(
        disposition=Disposition.FAILED if error else disposition,
        source=source.name,
        source_connection_id=source.id,
        identifier=source.identifier,
        reason=error or reason,
        apify_run_id=run.apify_run_id,
        apify_run_status=run.status,
        run_age_hours=run_age_hours(run, ports.now()),
        raw_items_count=run.raw_item_count,
        item_count=run.normalized_item_count,
        usage_usd=None if disposition is Disposition.REUSED else run.usage_usd,
        error=error,
    )
