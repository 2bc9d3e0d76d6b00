"""Every number the generators draw by, with where it comes from; a batch may be drawn by others (`Calibration`).

Grades: `published` (a named public source), `derived` (arithmetic on published figures), `judgement`
(no source found; the pilot should measure it). No other module of this package holds a calibrated number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar

Grade = Literal["published", "derived", "judgement"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Figure(Generic[T]):
    """A value, its unit, where it was read, of what date, and how far to trust it. Each is itself and no other."""

    value: T
    unit: str
    source: str
    date: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a batch is drawn by: `by[UPTAKE]` is that figure's value, or the one that somebody put in its place."""

    replaced: Mapping[Figure[Any], Any] = field(default_factory=dict)

    def __getitem__(self, figure: Figure[T]) -> T:
        value: T = self.replaced.get(figure, figure.value)
        return value


USUAL = Calibration()


def _shares(**shares: float) -> Mapping[str, float]:
    return MappingProxyType(shares)


# --- practices -------------------------------------------------------------------------------------------

LIST_SIZE_MEDIAN = Figure(
    8_500.0, "patients", "Patients registered at a GP practice, NHS England: 6,123 practices, 63.6M patients",
    "2026-04", "derived",
)  # fmt: skip
LIST_SIZE_SIGMA = Figure(
    0.63, "lognormal sigma", "Fitted to the same: mean 10.4k, P5 3k, P95 24k", "2026-04", "derived"
)
LIST_SIZE_RANGE = Figure((1_000, 60_000), "patients", "Outside it, lists are redrawn", "2026-11", "judgement")
SUPPLIERS = Figure(
    _shares(emis=0.63, systmone=0.37), "share of practices",
    "EMIS ~56% and TPP ~1/3 of practices (2016), other systems left out and the two scaled to 1", "2016",
    "published",
)  # fmt: skip
SUPPLIER_CLUSTERING = Figure(
    0.8, "share of a locality's practices on its leading system",
    "GP systems are geographically clustered; the strength is not published", "2026-11", "judgement",
)  # fmt: skip
PRACTICES_A_LOCALITY = Figure(8, "practices", "About a primary care network or two", "2026-11", "judgement")

# --- participants ----------------------------------------------------------------------------------------

HISTORY = Figure(
    _shares(first=0.19, never_attended=0.17, attended=0.58, lapsed=0.06), "share of invitations",
    "Fitted so that uptake by history gives about 70% together; attended: within 5 years, lapsed: longer ago",
    "2024-25", "derived",
)  # fmt: skip
UPTAKE = Figure(
    _shares(first=0.636, never_attended=0.209, attended=0.891, lapsed=0.45), "share of those invited",
    "NHS Breast Screening Programme, England 2024-25, NHS England; lapsed 45% fitted", "2024-25", "published",
)  # fmt: skip
UPTAKE_ODDS_MOST_DEPRIVED = Figure(
    0.64, "odds ratio of uptake, most against least deprived fifth",
    "Odds ratio 0.64 most against least deprived: of all who are invited, not of those alike in all else",
    "2025-03", "published",
)  # fmt: skip
UPTAKE_LOGIT_BY_ETHNICITY = Figure(
    _shares(white=0.0, asian=-0.35, black=-0.25, mixed=-0.2, other=-0.4), "logit against white",
    "Uptake is lower in most minority groups; sizes not found in one public source", "2026-11", "judgement",
)  # fmt: skip
ETHNICITY = Figure(
    _shares(white=0.87, asian=0.07, black=0.035, mixed=0.01, other=0.015), "share of women 50-70",
    "Census 2021 for England, all ages, moved towards white for this age group", "2021", "judgement",
)  # fmt: skip
AGE_BY_HISTORY = Figure(
    MappingProxyType({"first": (50, 53), "never_attended": (53, 71), "attended": (53, 71), "lapsed": (58, 71)}),
    "ages, from, up to", "First invitation before the 53rd birthday, last before the 71st (NHS BSP)", "2025",
    "published",
)  # fmt: skip
REFERRED = Figure(
    0.065, "share of results", "Self, GP and higher-risk referrals are ~9% of screens: 0.065 / (0.065 + 0.935 x 0.70)",
    "2024-25", "derived",
)  # fmt: skip
REFERRAL_ROUTE = Figure(
    _shares(self=0.85, gp=0.10, higher_risk=0.05), "share of referrals",
    "Women above 70 refer themselves; the split is not published", "2026-11", "judgement",
)  # fmt: skip
AGE_BY_REFERRAL = Figure(
    MappingProxyType({"self": (71, 86), "gp": (50, 75), "higher_risk": (40, 71)}), "ages, from, up to",
    "Above 70 by self-referral; higher risk from 40", "2026-11", "judgement",
)  # fmt: skip
IMD_STEP = Figure(
    (0.25, 0.5, 0.25), "share one quintile below, in, or above the practice's", "No public figure", "2026-11",
    "judgement",
)  # fmt: skip
TITLES = Figure(
    _shares(MRS=0.62, MISS=0.20, MS=0.16, DR=0.02), "share of participants", "As on prints seen",
    "2026-11", "judgement",
)  # fmt: skip
TRADITION: Mapping[str, Figure[Mapping[str, float]]] = MappingProxyType({
    "white": (WHITE_NAMES := Figure(
        _shares(british=1.0), "share of women of the group", "Names from the rest of Europe are left out",
        "2026-11", "judgement",
    )),
    "asian": (ASIAN_NAMES := Figure(
        _shares(indian=0.45, muslim=0.42, chinese=0.13), "share of women of the group",
        "Census 2021, England and Wales: Indian 1.86M, Pakistani and Bangladeshi 2.23M, Chinese 0.45M; moved towards "
        "Indian for this age group", "2021", "judgement",
    )),
    "black": (BLACK_NAMES := Figure(
        _shares(british=0.5, african=0.4, muslim=0.1), "share of women of the group",
        "Caribbean families bear British names; of women of 50 to 70 about half are of them (Census 2021)", "2021",
        "judgement",
    )),
    "mixed": (MIXED_NAMES := Figure(
        _shares(british=0.9, muslim=0.05, indian=0.05), "share of women of the group", "No public figure",
        "2026-11", "judgement",
    )),
    "other": (OTHER_NAMES := Figure(
        _shares(british=0.4, muslim=0.5, chinese=0.1), "share of women of the group", "No public figure",
        "2026-11", "judgement",
    )),
})  # fmt: skip
"""Whose names an ethnic group bears: a tradition of naming is a part of `names-2026-11.toml`."""
SURNAMES_LISTED = Figure(
    _shares(british=0.395, muslim=0.5, indian=0.3, chinese=0.3, african=1.0), "share of bearers",
    "British: Faker's 500 are 39.5% of all people. Others: bearers on the electoral roll of 1998 (Tucker 2004) over "
    "the adults of these groups in the census of 2001, about 1.0M, 0.8M and 0.2M", "1998", "derived",
)  # fmt: skip
FORENAMES_LISTED = Figure(
    0.75, "share of bearers of British names",
    "The ONS publishes ranks by year of birth, without counts before 1996; what its first fifty cover is ours",
    "1994", "judgement",
)  # fmt: skip
DOUBLE_SURNAME = Figure(
    0.02, "share of people", "6.6% of those who change their name on marriage, by a deed poll office's count, 11% of "
    "those under 35 (Opinium for the London Mint Office, 2017); fewer of the women screened", "2017", "judgement",
)  # fmt: skip
SECOND_FORENAME = Figure(
    0.05, "share of records", "Most people have a middle name; how often NBSS holds it is not published", "2026-11",
    "judgement",
)  # fmt: skip
TELEPHONE_KNOWN = Figure(
    0.35, "share of records", "Three of the four sample records print none", "2025-04", "judgement"
)

# --- outcomes --------------------------------------------------------------------------------------------

CLOSED_BEFORE_SCREENING = Figure(
    _shares(moved=0.005, died=0.001, under_care_elsewhere=0.004, not_eligible=0.002), "share of invitations",
    "No public counts of closures by reason were found", "2026-11", "judgement",
)  # fmt: skip
DECLINED = Figure(
    0.04, "share of those who do not attend", "Declining is told apart from DNA in NBSS; no counts found",
    "2026-11", "judgement",
)  # fmt: skip
ATTENDED_NOT_SCREENED = Figure(
    0.003, "share of attendances", "No public counts were found", "2026-11", "judgement"
)
PARTIAL_MAMMOGRAPHY = Figure(
    0.003, "share of screened", "No public counts were found", "2026-11", "judgement"
)
TECHNICAL_RECALL = Figure(
    0.018, "share of screened", "Repeat images are 1-3% of screenings (NHS design history); standard <3%",
    "2025-12", "published",
)  # fmt: skip
RECALL = Figure(
    _shares(first=0.060, never_attended=0.060, attended=0.032, lapsed=0.050, referred=0.040),
    "share of screened",
    "Attended 3.1-3.5%, lapsed 4.5-5.4% (PMC2669999); first set so that all together recall 3.9% of screened",
    "2008", "derived",
)  # fmt: skip
AFTER_ASSESSMENT = Figure(
    _shares(assessed_benign=0.75, assessed_cancer=0.22, short_term_recall=0.01, referred_for_treatment=0.02),
    "share of those assessed",
    "About 9 cancers per 1,000 screened (NHS BSP, England) over 39 recalled per 1,000; the two last are judgement",
    "2022-23", "derived",
)  # fmt: skip
RECALL_BETWEEN_OFFICES_CV = Figure(
    0.25, "SD / mean", "Recall between units: mean 4.56%, SD 1.15 points (2005-08)", "2008", "published"
)
UPTAKE_BETWEEN_OFFICES_LOGIT_SD = Figure(
    0.2, "logit", "South East 68.0%, London 55.4% (2022-23): about 0.5 logit between extreme regions",
    "2022-23", "derived",
)  # fmt: skip

ROUND_DAYS = Figure(
    1_095, "days", "Everybody is invited every 36 months, practice by practice (NHS breast screening programme: "
    "achieving and maintaining the 36 month round length)", "2019-10", "published",
)  # fmt: skip
COMES_AFTER_ALL = Figure(
    0.04, "share of those who did not attend",
    "She may ask for another appointment after a missed one, and has a second episode; how many do is not published",
    "2026-11", "judgement",
)  # fmt: skip
COMES_AFTER_DAYS = Figure(
    (28, 180), "days, from, to", "Within six months of the missed one (NHS BSP's open invitation)", "2026-11",
    "judgement",
)  # fmt: skip

# --- days ------------------------------------------------------------------------------------------------

FAILSAFE = Figure(
    0.04, "share of invitations", "Monthly failsafe batch beside the practice's turn (NHS design history 2025-12)",
    "2026-11", "judgement",
)  # fmt: skip
DAYS_SCREEN_TO_PRINT = Figure(
    (4, 14), "days, from, to", "Result letters are due within two weeks of screening", "2026-11", "judgement"
)
DAYS_MISSED_TO_PRINT = Figure(
    (14, 42),
    "days, from, to",
    "A DNA is closed after a second appointment was missed",
    "2026-11",
    "judgement",
)
DAYS_INVITED_BEFORE = Figure(
    (14, 28), "days before the first appointment", "Invitations go out two to four weeks ahead", "2026-11",
    "judgement",
)  # fmt: skip
REGISTERED_ELSEWHERE = Figure(
    0.012, "share of results",
    "About 8% of patients change practice a year and a result is weeks behind; registrations lag in NBSS",
    "2026-11", "judgement",
)  # fmt: skip
DIED_SINCE = Figure(
    0.0008, "share of results", "About 0.6% of women 50-70 die in a year; a result is up to six weeks behind",
    "2026-11", "judgement",
)  # fmt: skip

# --- registrations ---------------------------------------------------------------------------------------

MOVED_STILL_LISTED = Figure(
    0.4,
    "share of those closed as moved",
    "Moving house need not mean leaving the practice",
    "2026-11",
    "judgement",
)
LEFT_THE_AREA = Figure(
    0.3, "share of those registered elsewhere", "Gone to a practice that is not in this office's area", "2026-11",
    "judgement",
)  # fmt: skip
NEVER_LISTED = Figure(
    0.2, "share of those registered elsewhere", "NBSS prints for a practice that never had her on its list",
    "2026-11", "judgement",
)  # fmt: skip
NAMESAKES = Figure(
    0.0136, "share of the people without a result",
    "Who bear the whole name of a participant of their practice: with the names drawn here 0.054 people of a list of "
    "10,400, given to the four people whom a batch has for each participant", "2026-11", "derived",
)  # fmt: skip
NAMESAKES_OF_ONE_BIRTHDAY = Figure(
    0.0001, "share of those namesakes", "Born on the participant's day as well: one day of some 27 years", "2026-11",
    "derived",
)  # fmt: skip
WOMEN = Figure(
    0.6, "share of the people without a result", "More than half: women are the likelier wrong person", "2026-11",
    "judgement",
)  # fmt: skip

# --- extracts as published ------------------------------------------------------------------------------

PUBLISHED_FOA_BLANK = Figure(
    0.5, "share of closed rows without date_of_foa",
    "6 of the 10 rows of bss_episodes_10_rows.csv and all 5 of another test file (NHSDigital/dtos-service-insights)",
    "2024-09", "derived",
)  # fmt: skip
PUBLISHED_AS_BLANK = Figure(
    0.5, "share of closed rows without date_of_as although she was seen",
    "1 of 6 rows closed SC has one in the same test files; eased, since test files are short", "2024-09",
    "judgement",
)  # fmt: skip
EARLIER_EPISODE_TOUCHED = Figure(
    0.15, "share of those invited before", "Test files have rows of 2017 changed in 2020; how many is not published",
    "2026-11", "judgement",
)  # fmt: skip
CLOSED_WITHOUT_RESULT = Figure(
    _shares(WF=0.03, DNR=0.03, WO=0.015, WS=0.005), "share of results",
    "The end codes are in BS Select's list and WF, WO in the test files; how often is not published", "2026-11",
    "judgement",
)  # fmt: skip

FIGURES: Mapping[str, Figure[object]] = MappingProxyType(
    {name: figure for name, figure in list(globals().items()) if isinstance(figure, Figure)}
)

# Whose parts make a whole.
WHOLES = frozenset(
    {"HISTORY", "ETHNICITY", "REFERRAL_ROUTE", "SUPPLIERS", "TITLES", "IMD_STEP", "AFTER_ASSESSMENT"}
    | {f"{group.upper()}_NAMES" for group in TRADITION}
)
