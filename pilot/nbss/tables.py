"""NBSS's own tables, a route without a print: clients and episodes joined by screening number.

A row of the table of episodes that was printed becomes a result, and what extracts say of her episode and of
herself: where there is a print too, it is held against that.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time

from pilot.domain.result import Participant, Rejected, RejectionReason, ScreeningResult
from pilot.nbss.batch import Batch, Client, ClosedEpisode, EpisodeRow, FileReading, SubjectRow
from pilot.nbss.outcomes import may_be, words_of

# The tables have days and no moments; a whole export is of the evening.
_EVENING = time(18, 30)


def joined(batch: Batch) -> Batch:
    """The batch with its tables of episodes read through: each row with its client's, as a result and as sources."""
    clients = {client.screening_number: client for file in batch.files for client in file.clients}
    # Each export is the whole table: of an episode that stands in several, the last one says how it is.
    last = {row.episode_id: row for file in batch.files for row in file.closed_episodes}
    return Batch(
        tuple(
            _with_results(file, [row for row in file.closed_episodes if last[row.episode_id] is row], clients)
            if file.closed_episodes
            else file
            for file in batch.files
        )
    )


def _with_results(
    file: FileReading, rows: Iterable[ClosedEpisode], clients: dict[str, Client]
) -> FileReading:
    results: list[ScreeningResult] = []
    episodes: list[EpisodeRow] = []
    subjects: list[SubjectRow] = []
    rejected: list[Rejected] = []
    nameless: list[ClosedEpisode] = []
    for row in rows:
        client = clients.get(row.screening_number)
        if client is None:
            nameless.append(row)
            continue
        episode = _episode(row, client)
        episodes.append(episode)
        subjects.append(_subject(client, episode.changed_at))
        if row.printed_on is None:
            continue
        result = _result(row, client, episode)
        if isinstance(result, Rejected):
            rejected.append(result)
        else:
            results.append(result)
    return replace(
        file,
        results=tuple(results),
        episodes=tuple(episodes),
        subjects=tuple(subjects),
        rejected=(*file.rejected, *rejected, *_without_client(nameless)),
    )


def _episode(row: ClosedEpisode, client: Client) -> EpisodeRow:
    allowed = may_be(row.end_code, row.reason_closed, row.final_action)
    day = max(filter(None, (row.closed, row.printed_on)), default=row.opened)
    return EpisodeRow(
        row.provenance,
        client.nhs_number,
        row.episode_id,
        datetime.combine(day, _EVENING),
        row.opened,
        row.date_of_foa,
        row.date_of_as,
        row.end_code,
        row.reason_closed,
        row.final_action,
        client.screening_number[:3],
        row.batch_id,
        next(iter(allowed)) if len(allowed) == 1 else None,
        from_tables=True,
    )


def _subject(client: Client, changed_at: datetime) -> SubjectRow:
    return SubjectRow(
        client.provenance, client.nhs_number, None, client.practice, changed_at, client.date_of_birth
    )


def _result(row: ClosedEpisode, client: Client, episode: EpisodeRow) -> ScreeningResult | Rejected:
    if episode.outcome is None:
        codes = "/".join(code or "-" for code in (row.end_code, row.reason_closed, row.final_action))
        return Rejected(
            RejectionReason.OUTCOME_NOT_RECOGNISED,
            f"the table's codes {codes} do not name one outcome",
            row.provenance,
            client.screening_number,
            client.nhs_number,
            client.practice,
        )
    person = Participant(
        client.nhs_number,
        client.surname,
        client.forename,
        client.title,
        client.date_of_birth,
        client.address,
        client.telephone,
    )
    return ScreeningResult(
        client.screening_number,
        person,
        client.screening_number[:3],
        client.practice,
        episode.outcome,
        words_of(episode.outcome),
        row.date_of_as or row.date_of_foa,
        row.printed_on,
        row.provenance,
    )


def _without_client(rows: Iterable[ClosedEpisode]) -> tuple[Rejected, ...]:
    rows = tuple(rows)
    if not rows:
        return ()
    detail = (
        f"{len(rows)} rows are of nobody in a table of clients: bring APP_Clients of the same evening with it"
    )
    return (Rejected(RejectionReason.EXTRACT_ROW_UNREADABLE, detail, rows[0].provenance),)
