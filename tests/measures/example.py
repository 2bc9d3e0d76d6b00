"""A made-up month at a made-up office, small enough to read and with every kind of error in it."""

import random
from datetime import UTC, date, datetime, timedelta

from pilot.domain.delivery import LastState, State
from pilot.domain.outcome import Outcome
from pilot.domain.result import Provenance
from pilot.evidence import load_assumptions
from pilot.measures import (
    ArmRun,
    Entry,
    Figures,
    Lying,
    Print,
    Record,
    RecordedPractice,
    RunFacts,
    Speed,
    TruthLine,
    measure,
)

FIRST = date(2026, 11, 2)
PRACTICES = (
    ("Z90001", "Feathering Surgery", "emis", 21_400, "171175005"),
    ("Z90002", "Marl Street Medical Centre", "emis", 14_200, "168749009"),
    ("Z90003", "Oxlip Health Centre", "emis", 9_800, "171175005"),
    ("Z90004", "The Quern Practice", "systmone", 8_100, "171175005"),
    ("Z90005", "Sedge Lane Surgery", "systmone", 6_300, "168749009"),
    ("Z90006", "Tarn Road Practice", "emis", 4_700, "171175005"),
)
IDLE = "Z90006"  # does nothing with results
SHARES = {
    Outcome.NORMAL: 68,
    Outcome.DID_NOT_ATTEND: 25,
    Outcome.RECALL_FOR_ASSESSMENT: 3,
    Outcome.TECHNICAL_RECALL: 2,
    Outcome.DECLINED: 1,
    Outcome.MOVED: 1,
}
CODES = {Outcome.NORMAL: "171175005", Outcome.DID_NOT_ATTEND: "281399006"}
FACTS = RunFacts(
    scenario="example",
    title="An example: one office, six practices, a month",
    office="KXX",
    seed=11,
    version="0.1.0",
    simulated_days=60,
    first_day=FIRST,
    last_day=FIRST + timedelta(days=59),
)
SPEED = Speed(
    results_per_second=31.0,
    wall_seconds={"generate": 1.4, "start": 1.1, "run": 8.9, "measure": 0.9, "report": 0.6},
    peak_rss_mb={"pilot": 140.0, "mesh": 75.0, "gp_paper": 70.0, "gp_coded": 80.0},
)


def truth(count: int = 400) -> tuple[TruthLine, ...]:
    rng = random.Random(11)
    lines = []
    printed: dict[str, int] = {}
    for n in range(count):
        practice = rng.choices(PRACTICES, weights=[p[3] for p in PRACTICES])[0][0]
        outcome = rng.choices(list(SHARES), weights=list(SHARES.values()))[0]
        emitted = FIRST + timedelta(days=rng.choice([0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 21]))
        file = f"SIL-KXX-{emitted:%Y%m%d}-{practice[-1]}.pdf"
        place = printed[file] = printed.get(file, -1) + 1
        lines.append(
            TruthLine(
                screening_number=f"KXX{n:06}",
                nhs_number=f"999{n:07}",
                date_of_birth=date(1955 + n % 18, 1 + n % 12, 1 + n % 28),
                practice=practice,
                outcome=outcome,
                seen_on=emitted - timedelta(days=rng.randint(3, 12)),
                emitted_on=emitted,
                registered_practice=practice,
                file=file,
                page=1 + place // 2,
                record=1 + place % 2,
                imd_quintile=1 + n % 5,
                ethnicity=("white", "asian", "white", "black", "white", "mixed", "white")[n % 7],
            )
        )
    return tuple(lines)


def prints(lines: tuple[TruthLine, ...]) -> tuple[Print, ...]:
    return tuple(
        Print(one.practice, one.emitted_on, one.file or "", one.page or 0, one.record or 0) for one in lines
    )


def entry(line: TruthLine, code: str | None, days: float, by: str, source: str, **other: str) -> Entry:
    morning = datetime.combine(line.emitted_on, datetime.min.time(), UTC) + timedelta(hours=10)
    return Entry(
        practice=other.get("practice", line.practice),
        nhs_number=other.get("nhs_number", line.nhs_number),
        screening_number=line.screening_number,
        codes=(code,) if code else (),
        text=f"Breast screening: {line.outcome.replace('_', ' ')}",
        issued=morning + timedelta(days=days),
        seen_on=line.seen_on,
        source=source,
        entered_by=by,
    )


def paper(lines: tuple[TruthLine, ...]) -> ArmRun:
    rng = random.Random(12)
    usual = {ods: code for ods, _, _, _, code in PRACTICES}
    entries = []
    for line in lines:
        if line.practice == IDLE or rng.random() < 0.02:
            continue
        code = usual[line.practice] if line.outcome is Outcome.NORMAL else CODES.get(line.outcome)
        if line.outcome is Outcome.RECALL_FOR_ASSESSMENT:
            code = "171176006"
        if rng.random() < 0.03:
            code = rng.choice(["171176006", "268547008"])
        days = 2 + rng.lognormvariate(2.0, 0.5)
        source = f"post:{line.file}#{line.page}/{line.record}"
        entries.append(entry(line, code, days, "person:coder", source))
        if rng.random() < 0.006:
            entries.append(entry(line, code, days + 1, "person:coder", source))
    strayed = rng.randrange(len(entries))
    line = next(one for one in lines if one.screening_number == entries[strayed].screening_number)
    entries[strayed] = entry(
        line, CODES.get(line.outcome), 9, "person:coder", entries[strayed].source, nhs_number="9990009990"
    )
    worked = {ods: sum(one.practice == ods for one in lines) if ods != IDLE else 0 for ods, *_ in PRACTICES}
    sheets = {
        ods: {"letters": 2.5 * n, "review": 0.15 * n, "unmatched": 0.0, "rules": 0.0}
        for ods, n in worked.items()
    }
    typed = {one.screening_number for one in entries}
    left = [one for one in lines if one.screening_number not in typed]
    lying = [on_the_desk(one, "ignored") for one in left if one.practice == IDLE]
    lying += [on_the_desk(one, "on_the_desk") for one in left if one.practice == "Z90001"][:2]
    return ArmRun(record(entries, sheets, lying), posted=prints(lines))


def on_the_desk(line: TruthLine, where: str) -> Lying:
    came = datetime.combine(line.emitted_on, datetime.min.time(), UTC) + timedelta(days=2)
    return Lying(line.practice, "letters", where, "", came, line.screening_number)


def coded(lines: tuple[TruthLine, ...]) -> ArmRun:
    rng = random.Random(13)
    entries, endings = [], []
    for line in lines:
        source = Provenance(line.file or "", line.page or 0, line.record or 0)
        state, reason = State.FILED, "filed_at_practice"
        chance = rng.random()
        if chance < 0.01:
            state, reason = State.WITH_A_PERSON, "patient_unknown"
        elif chance < 0.015:
            state, reason = State.RETURNED, "nhs_number_invalid"
        else:
            by_rule = line.outcome in CODES
            by = f"rule:file-{line.outcome.replace('_', '-')}" if by_rule else "person:coder"
            if line.outcome is Outcome.RECALL_FOR_ASSESSMENT:
                by = "person:clinician"
            days = 0.2 if by_rule else 0.5 + 4 * rng.random()
            entries.append(entry(line, CODES.get(line.outcome), days, by, f"mesh:{line.screening_number}"))
        stuck = state is State.WITH_A_PERSON
        since = datetime.combine(line.emitted_on, datetime.min.time(), UTC)
        endings.append(
            LastState(
                state=state,
                reason=reason,
                provenance=source,
                screening_number=line.screening_number,
                nhs_number=line.nhs_number,
                owner="office" if stuck else "",
                assigned_to="A. Reed" if stuck and chance < 0.005 else "",
                since=since,
                due=since + timedelta(days=14) if stuck else None,
                touched=datetime(2026, 12, 28, tzinfo=UTC) if stuck and chance < 0.008 else None,
            )
        )
    sheets = {ods: {"letters": 0.0, "review": 6.0, "unmatched": 4.0, "rules": 2.0} for ods, *_ in PRACTICES}
    return ArmRun(record(entries, sheets, []), endings=tuple(endings))


def record(entries: list[Entry], sheets: dict[str, dict[str, float]], lying: list[Lying]) -> Record:
    return Record(
        practices=tuple(
            RecordedPractice(ods, name, supplier, size, sheets[ods])
            for ods, name, supplier, size, _ in PRACTICES
        ),
        entries=tuple(entries),
        lying=tuple(lying),
    )


def figures() -> Figures:
    lines = truth()
    arms = {"paper": paper(lines), "coded": coded(lines)}
    return measure(lines, arms, load_assumptions(), FACTS, SPEED)
