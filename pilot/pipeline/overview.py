"""What an office asks of its ledger about many results at once: found, counted, by practice, and a day's list.

All of it is answered by SQL over narrow columns; no result is read whole, so that 100,000 take no longer than a
person notices. Nothing here names a participant: a surname or a number may be asked for, and is not given back.
"""

import hashlib
import re
import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from pilot.domain.delivery import State
from pilot.domain.result import DisputeReason, Provenance
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.messages.pdf_page import pdf_pages
from pilot.pipeline.entry import Owner
from pilot.pipeline.item import OF_A_FILE, TAKEN_UP, Kind, cause_in_words, entries
from pilot.pipeline.ledger import PIPELINE
from pilot.pipeline.ledger_file import LedgerFile
from pilot.pipeline.mending import read_day
from pilot.pipeline.reasons import QUEUED, Reason, words

_ROWS_A_SHEET: Final = 48


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; what is empty or None is not asked.

    `text` is one box: words that must all fit. A year or a day is when she was born, ten digits an NHS number; any
    other word is the beginning of a surname or a screening number, a practice (its code, or a part of its name), or
    a part of a file's name.
    """

    text: str = ""
    state: State | None = None
    practice: str | None = None
    reason: str | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing narrows it down."""
        return not self.text.strip() and (self.state, self.practice, self.reason) == (None, None, None)


@dataclass(frozen=True, slots=True)
class Line:
    """One result in a list: where it is, since when and why."""

    id: int
    state: State
    reason: str
    since: datetime
    owner: str
    practice: str
    screening_number: str
    provenance: Provenance

    @property
    def words(self) -> str:
        """The reason in the office's words."""
        return words(self.reason)


@dataclass(frozen=True, slots=True)
class Position:
    """Where all results are; the six together are `results`.

    `astray` are results whose line says something else than their history: nobody can vouch for where they are.
    `today` counts what was done on the day: results read, sent, filed, posted, and decisions taken.
    """

    to_send: int
    on_their_way: int
    filed: int
    needs_office: int
    with_practices: int
    to_post: int
    returned: int
    overdue_post: int
    astray: int
    today: Mapping[str, int]
    began: datetime | None

    @property
    def results(self) -> int:
        """All results of the ledger: each is in just one of the counts."""
        parts = (self.to_send, self.on_their_way, self.filed, self.needs_office)
        return sum(parts) + self.with_practices + self.to_post + self.returned


@dataclass(frozen=True, slots=True)
class Waits:
    """How many results need the office for one cause (a reason, and the file where that is the cause), and how long
    the first of them has waited.
    """

    reason: str
    file: str
    number: int
    longest: timedelta

    @property
    def words(self) -> str:
        """The cause in the office's words."""
        return cause_in_words(self.reason, self.file)


@dataclass(frozen=True, slots=True)
class PracticeLine:
    """What is known of one practice. `heard` is when its system last answered; `files` how many results it filed by
    itself, of `answered` that it said anything of; `waiting` is sent and not collected, `overdue` of these those
    older than the deadline.
    """

    practice: str
    name: str
    mailbox: str
    route: str
    results: int
    filed: int
    waiting: int
    overdue: int
    with_practice: int
    with_office: int
    to_post: int
    heard: datetime | None


@dataclass(frozen=True, slots=True)
class DayLine:
    """One practice's share of a day: how many went which way, and how many did not go."""

    practice: str
    name: str
    sent: int
    posted: int
    filed: int
    not_gone: int


@dataclass(frozen=True, slots=True)
class DayList:
    """The list of a day: what went, what did not and why, who decided what. `signed` says by whom it was signed."""

    day: date
    lines: tuple[DayLine, ...]
    not_gone: tuple[Line, ...]
    decided: Mapping[str, int]
    files: tuple[tuple[str, int], ...]
    signed: tuple[tuple[datetime, str], ...]

    @property
    def sent(self) -> int:
        """Results sent as messages that day."""
        return sum(line.sent for line in self.lines)

    @property
    def posted(self) -> int:
        """Results ticked as posted that day."""
        return sum(line.posted for line in self.lines)


class Overview(LedgerFile):
    """A ledger opened for questions about many results. `signed` alone writes."""

    # Finding

    def find(self, wanted: Wanted, names: Mapping[str, str] = MappingProxyType({})) -> "array[int]":
        """The numbers of the results that fit, in the order in which they came. `names` are the practices' names."""
        plain = [
            (f"{name} = ?", (str(value),))
            for name, value in (
                ("practice", wanted.practice),
                ("state", wanted.state),
                ("reason", wanted.reason),
            )
            if value is not None
        ]
        words = list(_conditions(wanted.text, names, self._files_like))
        inner = " AND ".join(condition for condition, _ in plain)
        if words or not plain:
            where = [condition for condition, _ in words]
            where += [f"result_id IN (SELECT id FROM result WHERE {inner})"] if plain else []  # noqa: S608
            filtered = f"WHERE {' AND '.join(where)}" if where else ""
            found = f"SELECT result_id AS id FROM sought {filtered} ORDER BY result_id"  # noqa: S608 - our own words
        else:
            found = f"SELECT id FROM result WHERE {inner} ORDER BY id"  # noqa: S608
        values = [value for _, some in (*words, *plain) for value in some]
        # One value: a row each would take longer than the search.
        joined = self.row(f"SELECT group_concat(id) FROM ({found})", *values)  # noqa: S608
        return array("q", map(int, joined[0].split(","))) if joined and joined[0] else array("q")

    def _files_like(self, word: str) -> tuple[str, ...]:
        """Files that were taken in under a name that has `word` in it."""
        rows = self.rows("SELECT name FROM emitted_file WHERE instr(lower(name), ?) LIMIT 500", word.lower())
        return tuple(row[0] for row in rows)

    def lines(self, numbers: Sequence[int]) -> tuple[Line, ...]:
        """These results, in the order given: one page of a list."""
        if not numbers:
            return ()
        marks = ", ".join("?" * len(numbers))
        rows = self.rows(f"SELECT {_LINE} FROM result WHERE id IN ({marks})", *numbers)  # noqa: S608 - our own words
        by_number = {}
        for row in rows:
            with suppress(ValueError):  # a row that is spoilt hides no other
                by_number[row["id"]] = _line(row)
        return tuple(by_number[number] for number in numbers if number in by_number)

    def codes(self) -> tuple[str, ...]:
        """The practices that results are for."""
        rows = self.rows("SELECT DISTINCT practice FROM sought WHERE practice IS NOT NULL ORDER BY practice")
        return tuple(row[0] for row in rows)

    def tally(self, wanted: Wanted, found: Sequence[int]) -> Mapping[State, int]:
        """How many of what was found are in each state; of everything, from the index alone."""
        if wanted.everything:
            rows = self.rows("SELECT state, count(*) FROM result INDEXED BY result_part GROUP BY state")
            return _by_state(rows)
        if not found:
            return {}
        rows = self.rows(
            "SELECT state, count(*) FROM result INDEXED BY result_where WHERE id IN"
            " (SELECT value FROM json_each(?)) GROUP BY state",
            str(list(found)),
        )
        return _by_state(rows)

    # Counting

    def position(self, now: datetime, *, deeply: bool = False) -> Position:
        """Where everything is now. `deeply`: also held against the history, which takes longer."""
        parts = self._parts()
        late = self.row(
            f"SELECT count(*) FROM result WHERE state = ? AND due <> '' AND due < ? AND reason IN ({_QUEUED})",  # noqa: S608
            State.WITH_A_PERSON,
            now.date().isoformat(),
        )
        began = self.row("SELECT min(at) FROM intake")
        return Position(
            **{name: parts[name] for name in _PARTS},
            overdue_post=late[0] if late else 0,
            astray=self.astray() if deeply else 0,
            today=self._done(now.date()),
            began=datetime.fromisoformat(began[0]) if began and began[0] else None,
        )

    def waiting(self) -> tuple[int, int]:
        """How many results need the office, and how many are to be posted: what is asked again every few seconds."""
        parts = self._parts()
        return parts["needs_office"], parts["to_post"]

    def reasons(self, now: datetime) -> tuple[Waits, ...]:
        """Why results need the office: the cause of most of them first."""
        files = sorted(OF_A_FILE)
        marks = _marks(files)
        rows = self.rows(
            "SELECT state, reason, '' AS file, owner, count(*) AS number, min(since) AS since"  # noqa: S608 - marks
            f" FROM result INDEXED BY result_part WHERE state IN (?, ?) AND reason NOT IN ({marks})"
            " GROUP BY 1, 2, 4 UNION ALL SELECT state, reason, file, owner, count(*), min(since)"
            f" FROM result WHERE state IN (?, ?) AND reason IN ({marks}) GROUP BY 1, 2, 3, 4",
            *(State.WITH_A_PERSON, State.RETURNED, *files) * 2,
        )
        found: dict[tuple[str, str], Waits] = {}
        for row in rows:
            if _part(State(row["state"]), row["reason"], row["owner"]) == "needs_office":
                cause = row["reason"], row["file"]
                before = found.get(cause, Waits(*cause, 0, timedelta()))
                longest = before.longest
                with suppress(ValueError, TypeError):  # a time that is spoilt hides nothing else
                    longest = max(longest, now - datetime.fromisoformat(row["since"]))
                found[cause] = Waits(*cause, before.number + row["number"], longest)
        return tuple(sorted(found.values(), key=lambda waits: (-waits.number, waits.words)))

    def _parts(self) -> Counter[str]:
        parts: Counter[str] = Counter()
        for row in self.rows(
            "SELECT state, reason, owner, count(*) AS number FROM result INDEXED BY result_part GROUP BY 1, 2, 3"
        ):
            if row["state"] in list(State):  # else nobody can tell: the ledger's `left_out` names each
                parts[_part(State(row["state"]), row["reason"], row["owner"])] += row["number"]
        return parts

    def astray(self) -> int:
        """How many results stand elsewhere than the last line of their history says."""
        row = self.row(
            "SELECT count(*) FROM result LEFT JOIN history ON history.id ="
            " (SELECT max(id) FROM history WHERE result_id = result.id)"
            " WHERE history.to_state IS NOT result.state"
        )
        return int(row[0]) if row else 0

    def _done(self, day: date) -> Mapping[str, int]:
        rows = self.rows(
            "SELECT from_state, to_state, reason, who <> ? AS person, count(*) AS number FROM history"
            " WHERE at >= ? AND at < ? GROUP BY 1, 2, 3, 4",
            *(PIPELINE, *_span(day)),
        )
        done: Counter[str] = Counter()
        for row in rows:
            moved = row["from_state"] != row["to_state"]
            if row["from_state"] is None:
                done["read"] += row["number"]
            elif row["to_state"] == State.SENT and moved:
                done["sent"] += row["number"]
            elif row["to_state"] == State.FILED and moved:
                done["filed"] += row["number"]
            elif row["reason"] == Reason.SENT_ON_PAPER:
                done["posted"] += row["number"]
            if row["person"] and row["reason"] in _DECISIONS:
                done["decided"] += row["number"]
        return done

    # Practices

    def practices(
        self, now: datetime, collected: timedelta, names: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[PracticeLine, ...]:
        """Every practice that has results here or stands in the directory (`names`), by code."""
        counts: dict[str, Counter[str]] = {code: Counter() for code in names}
        for row in self.rows(
            "SELECT practice, state, reason, owner, count(*) AS number"
            " FROM result INDEXED BY result_where WHERE practice IS NOT NULL GROUP BY 1, 2, 3, 4"
        ):
            count = counts.setdefault(row["practice"], Counter())
            count["results"] += row["number"]
            if row["state"] not in list(State):
                continue
            count[_part(State(row["state"]), row["reason"], row["owner"])] += row["number"]
            if row["state"] == State.SENT:
                count["waiting"] += row["number"]
        for row in self.rows(
            "SELECT practice, count(*) AS number FROM result INDEXED BY result_where"
            " WHERE state = ? AND since < ? AND practice IS NOT NULL GROUP BY practice",
            *(State.SENT, (now - collected).isoformat()),
        ):
            counts[row["practice"]]["overdue"] = row["number"]
        ways = self._ways()
        heard = {row[0]: row[1] for row in self.rows("SELECT sender, max(at) FROM answer GROUP BY sender")}
        lines = []
        for code, count in sorted(counts.items()):
            route, mailbox = ways.get(code, ("", ""))
            at = heard.get(mailbox) if mailbox else None
            lines.append(
                PracticeLine(
                    code,
                    names.get(code, ""),
                    mailbox,
                    route,
                    count["results"],
                    count["filed"],
                    count["waiting"],
                    count["overdue"],
                    count["with_practices"],
                    count["needs_office"],
                    count["to_post"],
                    datetime.fromisoformat(at) if at else None,
                )
            )
        return tuple(lines)

    def _ways(self) -> Mapping[str, tuple[str, str]]:
        """By practice, the way and the mailbox that its newest result took."""
        rows = self.rows(
            "SELECT practice, route, mailbox FROM result WHERE id IN"
            " (SELECT max(id) FROM result INDEXED BY result_where"
            " WHERE practice IS NOT NULL AND state NOT IN (?, ?, ?) GROUP BY practice)",
            *(State.RECEIVED, State.READY, State.RETURNED),
        )
        return {row["practice"]: (row["route"], row["mailbox"]) for row in rows}

    # The day

    def day(self, day: date, names: Mapping[str, str] = MappingProxyType({})) -> DayList:
        """What went on that day and what did not, by practice."""
        gone: dict[str, Counter[str]] = {}
        for row in self.rows(
            "SELECT result.practice, history.to_state, history.reason, count(DISTINCT result.id) AS number"
            " FROM history JOIN result ON result.id = history.result_id"
            " WHERE history.at >= ? AND history.at < ? AND"
            " (history.to_state = ? AND history.from_state = ? OR history.to_state = ? AND history.from_state <> ?"
            " OR history.reason = ?) GROUP BY 1, 2, 3",
            *(*_span(day), State.SENT, State.SENDING, State.FILED, State.FILED, Reason.SENT_ON_PAPER),
        ):
            count = gone.setdefault(row["practice"] or "", Counter())
            kind = {State.SENT: "sent", State.FILED: "filed"}.get(State(row["to_state"]), "posted")
            count[kind] += row["number"]
        not_gone = self._not_gone()
        for line in not_gone:
            gone.setdefault(line.practice, Counter())["not_gone"] += 1
        decided = self.rows(
            f"SELECT who, count(*) AS number FROM history WHERE at >= ? AND at < ? AND who <> ?"  # noqa: S608
            f" AND reason IN ({', '.join('?' * len(_DECISIONS))}) GROUP BY who ORDER BY who",
            *(*_span(day), PIPELINE, *sorted(_DECISIONS)),
        )
        held = {row[0]: row[1] for row in self.rows("SELECT file, count(*) FROM sought GROUP BY file")}
        files = self.rows(
            "SELECT emitted_file.name FROM emitted_file JOIN intake ON intake.id = emitted_file.intake"
            " WHERE intake.at >= ? AND intake.at < ? ORDER BY emitted_file.name",
            *_span(day),
        )
        signed = self.rows("SELECT at, who FROM signed_day WHERE day = ? ORDER BY at", day.isoformat())
        return DayList(
            day,
            tuple(
                DayLine(
                    code,
                    names.get(code, ""),
                    *(count[kind] for kind in ("sent", "posted", "filed", "not_gone")),
                )
                for code, count in sorted(gone.items())
            ),
            not_gone,
            {row["who"]: row["number"] for row in decided},
            tuple((row["name"], held.get(row["name"], 0)) for row in files),
            tuple((datetime.fromisoformat(row["at"]), row["who"]) for row in signed),
        )

    def _not_gone(self) -> tuple[Line, ...]:
        """What has not left the office: to be sent, to be decided on, to be posted."""
        rows = self.rows(
            f"SELECT {_LINE} FROM result WHERE state IN (?, ?) OR (state = ? AND owner <> ?)"  # noqa: S608
            " OR state = ? ORDER BY id",
            *(State.RECEIVED, State.READY, State.WITH_A_PERSON, Owner.PRACTICE, State.RETURNED),
        )
        parts = ("to_send", "needs_office", "to_post")
        return tuple(line for line in map(_line, rows) if _part(line.state, line.reason, line.owner) in parts)

    def sign(self, day: DayList, office: Organisation, who: str, now: datetime) -> None:
        """Somebody stands for the list of that day as it reads now. Raises LedgerError."""
        if not who.strip():
            raise LedgerError("who signs is needed", "", "Give --who")
        said = "\n".join(line for page in day_pages(day, office) for line in page)
        with self.transaction():
            self._db.execute(
                "INSERT INTO signed_day (day, at, who, sha256) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    day.day.isoformat(),
                    now.isoformat(),
                    who.strip(),
                    hashlib.sha256(said.encode()).hexdigest(),
                ),
            )


def day_pages(day: DayList, office: Organisation) -> tuple[tuple[str, ...], ...]:
    """The list of the day as pages of a print. It names no participant."""
    rows = [f"{'PRACTICE':<10}{'':<26}{'SENT':>8}{'POSTED':>8}{'FILED':>8}{'NOT GONE':>10}"]
    for line in day.lines:
        counts = f"{line.sent:>8}{line.posted:>8}{line.filed:>8}{line.not_gone:>10}"
        rows.append(f"{line.practice or '-':<10}{line.name[:25]:<26}{counts}")
    rows += ["", f"Sent {day.sent}, posted {day.posted}; not gone: {len(day.not_gone)}", ""]
    rows += [f"[ ] {row}" for entry in entries(day.not_gone) for row in _rows(entry)]
    rows += ["", "Files taken in:"] + [f"  {name[:60]:<62}{held:>6}" for name, held in day.files]
    rows += ["", "Decided by:"] + [f"  {who[:60]:<62}{number:>6}" for who, number in day.decided.items()]
    rows += ["", "", "Signed: ______________________________   Time: _______________"]
    rows += [f"  signed on the screen by {who} at {at:%H:%M}" for at, who in day.signed]
    title = f"{'LIST OF THE DAY':<53}{day.day:%d-%b-%Y}"
    head = (title, "", f"{office.name} ({office.ods})", "")
    return tuple((*head, *rows[at : at + _ROWS_A_SHEET]) for at in range(0, len(rows), _ROWS_A_SHEET))


def _rows(entry: Kind[Line]) -> Iterator[str]:
    """Each result; but rows of an extract, which are no results, together where they have one cause."""
    if len(entry.items) > 1 and not any(line.screening_number for line in entry.items):
        yield f"{f'{len(entry.items)} x':>7}  {entry.words[:68]}"
        return
    for line in entry.items:
        yield f"{line.id:>7}  {line.screening_number or '-':<12} {line.practice or '-':<9} {line.words[:44]}"


def day_pdf(day: DayList, office: Organisation) -> bytes:
    """The list of the day, to be printed and signed."""
    return pdf_pages(day_pages(day, office), f"List of the day, {day.day:%d %B %Y}")


_PARTS: Final = (
    *("to_send", "on_their_way", "filed", "needs_office", "with_practices", "to_post"),
    "returned",
)
_QUEUED: Final = ", ".join(f"'{reason}'" for reason in sorted(QUEUED))
_DONE_WITH: Final = (*TAKEN_UP, DisputeReason.DUPLICATE)
_DECISIONS: Final = frozenset(
    {
        Reason.PERSON_RESENT,
        Reason.PERSON_WITHDREW,
        Reason.PERSON_RETURNED,
        Reason.PERSON_FILED,
        Reason.WAITS_AT_PRACTICE,
        Reason.PERSON_UNDID,
    }
)
_LINE: Final = "id, state, reason, since, owner, practice, screening_number, file, page, record"


def _part(state: State, reason: str, owner: str) -> str:
    """Which of the parts a result is in."""
    match state:
        case State.RECEIVED | State.READY:
            return "to_send"
        case State.SENDING | State.SENT | State.DELIVERED:
            return "on_their_way"
        case State.FILED:
            return "filed"
        case State.RETURNED:
            return "returned" if reason in _DONE_WITH else "needs_office"
    if reason in QUEUED:
        return "to_post"
    return "with_practices" if owner == Owner.PRACTICE else "needs_office"


def _conditions(
    text: str, names: Mapping[str, str], files_like: Callable[[str], Sequence[str]]
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """One condition on `sought` a word of the box, with its values. Each is answered by an index."""
    digits = text.replace(" ", "")
    if len(digits) == 10 and digits.isdigit():
        yield "nhs_number = ?", (digits,)
        return
    for word in text.replace(",", " ").split():
        born = _day_of(word)
        if born:
            yield "born = ?", (born,)
        elif _YEAR.fullmatch(word):
            yield "born LIKE ?", (f"{word}-%",)
        elif word.isdigit() and len(word) == 10:
            yield "nhs_number = ?", (word,)
        else:
            begins = (word.upper(), word.upper() + "\U0010ffff")
            practices = [code for code, name in names.items() if word.casefold() in name.casefold()]
            files = files_like(word)
            yield (
                "result_id IN (SELECT result_id FROM sought WHERE surname BETWEEN ? AND ?"  # noqa: S608 - our own words
                " UNION SELECT result_id FROM sought WHERE screening_number BETWEEN ? AND ?"
                " UNION SELECT result_id FROM sought WHERE practice BETWEEN ? AND ?"
                f" UNION SELECT result_id FROM sought WHERE practice IN ({_marks(practices)})"
                f" UNION SELECT result_id FROM sought WHERE file IN ({_marks(files)}))",
                (*begins, *begins, *begins, *practices, *files),
            )


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


_YEAR: Final = re.compile(r"(19|20)\d\d")


def _day_of(word: str) -> str:
    try:
        return read_day(word).isoformat()
    except ValueError:
        return ""


def _by_state(rows: Iterable[sqlite3.Row]) -> dict[State, int]:
    return {State(row[0]): row[1] for row in rows if row[0] in list(State)}


def _line(row: sqlite3.Row) -> Line:
    return Line(
        int(str(row["id"])),
        State(str(row["state"])),
        str(row["reason"]),
        datetime.fromisoformat(str(row["since"])),
        str(row["owner"]),
        str(row["practice"] or ""),
        str(row["screening_number"] or ""),
        Provenance(str(row["file"]), int(str(row["page"])), int(str(row["record"]))),
    )


def _span(day: date) -> tuple[str, str]:
    """From when to when a day of the history goes."""
    begins = datetime.combine(day, time(), UTC)
    return begins.isoformat(), (begins + timedelta(days=1)).isoformat()
