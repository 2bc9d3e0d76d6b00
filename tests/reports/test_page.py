"""What every reader may rely on in the page: valid, self-contained, accessible, traceable, and safe to open."""

import ast
import operator
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import html5lib
import pytest

from reports import words
from reports.figures import check
from reports.writing import page
from tests.real_figures import real_values

HTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
Parsed = Element


@pytest.fixture(scope="module")
def html() -> str:
    """The page of a real run; `figures` are the same, fresh, to be bent."""
    return page(check(real_values()))


@pytest.fixture(scope="module")
def tree(html: str) -> Parsed:
    """To be read and not changed: all tests of this file read the same."""
    return parse(html)


def parse(html: str) -> Parsed:
    """Raises html5lib's ParseError at the first thing that is not valid HTML."""
    parsed: Parsed = html5lib.HTMLParser(strict=True).parse(html)
    return parsed


def text(element: Parsed) -> str:
    return " ".join("".join(element.itertext()).split())


def test_needs_nothing_from_outside(html: str, tree: Parsed) -> None:
    assert not tree.findall(f".//{HTML}link")
    assert not tree.findall(f".//{HTML}img")
    for script in tree.iter(f"{HTML}script"):
        assert not re.search(r"fetch|XMLHttp|import|WebSocket|https?:|eval", text(script)), "it works offline"
    style = "".join(text(style) for style in tree.iter(f"{HTML}style"))
    assert "url(" not in style
    assert "@import" not in style
    for element in tree.iter():
        for name, value in element.attrib.items():
            if name.rpartition("}")[2] in {"src", "href", "action", "data", "srcset"}:
                assert value.startswith("#"), f"{element.tag} {name}={value}"
            assert not name.startswith("on")


def test_every_link_leads_somewhere_and_every_id_is_one_of_a_kind(tree: Parsed) -> None:
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    named = set(ids)
    for link in tree.iter(f"{HTML}a"):
        assert link.get("href", "").removeprefix("#") in named
    for element in tree.iter():
        for label in element.get("aria-labelledby", "").split():
            assert label in named


def test_headings_go_down_one_level_at_a_time(tree: Parsed) -> None:
    levels = [int(e.tag[-1]) for e in tree.iter() if re.fullmatch(rf"{re.escape(HTML)}h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_says_what_it_is_and_what_its_headings_head(tree: Parsed) -> None:
    tables = tree.findall(f".//{HTML}table")
    assert tables
    for table in tables:
        assert text(table[0]), "the caption comes first"
        assert table[0].tag == f"{HTML}caption"
        assert all(head.get("scope") in {"col", "row"} for head in table.iter(f"{HTML}th"))
        assert all(row.find(f"{HTML}th") is not None for row in table.iter(f"{HTML}tr"))


def test_every_chart_can_be_heard_and_has_its_table(tree: Parsed) -> None:
    charts = [svg for svg in tree.iter(f"{SVG}svg") if svg.get("class") == "chart"]
    assert len(charts) >= 8
    for chart in charts:
        assert chart.get("role") == "img"
        title, description = chart.find(f"{SVG}title"), chart.find(f"{SVG}desc")
        assert title is not None
        assert description is not None
        assert chart.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert re.search(r"\d", text(description)), "the description holds the chart's numbers"
    for section in tree.iter(f"{HTML}section"):
        if section.find(f".//{HTML}figure") is not None:
            assert section.find(f".//{HTML}table") is not None


def test_every_svg_is_well_formed_by_itself(html: str) -> None:
    charts = re.findall(r'(<svg xmlns[^>]*class="chart".*?</svg>)\s*</figure>', html, re.DOTALL)
    assert len(charts) >= 8
    for chart in charts:
        fromstring(chart)


def test_the_page_is_english_and_has_a_title(tree: Parsed) -> None:
    assert tree.get("lang") == "en-GB"
    title = tree.find(f".//{HTML}title")
    assert title is not None
    assert text(title)


# -- Traceable: each figure names where it stands in figures.json, or how it follows from what stands there ----------


KEY = re.compile(r"[a-z_]+(?:\.\w+|\[\d+\])+")
OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def at(figures: dict[str, Any], key: str) -> Any:
    here: Any = figures
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", key):
        here = here[int(index)] if index else here[name]
    return here


def recount(figures: dict[str, Any], derivation: str) -> Any:
    """What the derivation in a figure's title gives, worked out anew from figures.json alone."""
    if KEY.fullmatch(derivation):
        found = at(figures, derivation)
        return (
            next(found[name] for name in ("value", "median", "mean") if name in found)
            if isinstance(found, dict)
            else found
        )
    keys: dict[str, float] = {}

    def stand_in(match: re.Match[str]) -> str:
        name = f"k{len(keys)}"
        keys[name] = at(figures, match[0])
        return name

    return worked_out(ast.parse(KEY.sub(stand_in, derivation), mode="eval").body, keys)


def worked_out(node: ast.expr, keys: dict[str, float]) -> float:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](worked_out(node.left, keys), worked_out(node.right, keys))
    if isinstance(node, ast.Name):
        return keys[node.id]
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int | float)
    return node.value


def test_every_figure_can_be_recounted_from_its_title(figures: dict[str, Any], tree: Parsed) -> None:
    shown = tree.findall(f".//{HTML}data")
    assert len(shown) > 300
    for figure in shown:
        expected = recount(figures, figure.get("title", ""))
        # A loss is shown as a positive number of hours that something cost.
        assert abs(float(figure.get("value", "nan"))) == pytest.approx(abs(expected)), figure.get("title")


def test_no_number_in_a_table_is_without_its_key(tree: Parsed) -> None:
    for cell in tree.iter(f"{HTML}td"):
        if cell.get("class") == "n" and re.search(r"\d", text(cell)):
            assert cell.find("*[@title]") is not None, text(cell)


def test_every_key_column_names_a_part_that_exists(figures: dict[str, Any], tree: Parsed) -> None:
    keys = [text(cell) for cell in tree.iter(f"{HTML}td") if cell.get("class") == "key" and text(cell)]
    assert keys
    for key in (part.strip() for keys_of_row in keys for part in keys_of_row.split(",")):
        for arm in figures["run"]["arms"] if key.startswith("arms.*") else ["coded_vs_paper"]:
            at(figures, key.replace("*", arm))


@pytest.mark.parametrize(
    "key",
    [
        "arms.paper.errors_by_kind.absent",
        "arms.coded.gp_minutes",
        "comparisons.coded_vs_paper.gp_hours_saved.low",
        "arms.coded.ends.on_a_worked_list",
        "arms.coded.undelivered",
        "arms.paper.harms.recalls_not_found",
        "national.hours.high",
        "national.seed_headline.hours",
        "run.results",
    ],
)
def test_a_changed_figure_changes_the_page(figures: dict[str, Any], html: str, key: str) -> None:
    parent, _, last = key.rpartition(".")
    at(figures, parent)[last] += -17 if last == "low" else 17

    assert page(check(figures)) != html


# -- Safe to open ----------------------------------------------------------------------------------------------------


def test_names_from_the_figures_cannot_become_markup(figures: dict[str, Any]) -> None:
    hostile = '<script>alert("1")</script><img src=x onerror=alert(1)>'
    figures["run"]["title"] = figures["run"]["scenario"] = figures["run"]["office"] = hostile
    figures["practices"][0]["name"] = figures["practices"][0]["ods"] = hostile
    figures["assumptions"][0]["sentence"] = figures["assumptions"][0]["source"] = hostile
    figures["national"]["seed_headline"]["waterfall"][0] |= {"step": hostile, "note": hostile}
    figures["arms"]["paper"]["gp_minutes_by_kind"][hostile] = 1.0

    tree = parse(page(check(figures)))

    assert not [script for script in tree.iter(f"{HTML}script") if "alert" in text(script)]
    assert not tree.findall(f".//{HTML}img")
    assert hostile in "".join(tree.itertext())


# -- What it says when things are otherwise --------------------------------------------------------------------------


def lead(figures: dict[str, Any]) -> str:
    return text(next(p for p in parse(page(check(figures))).iter(f"{HTML}p") if p.get("class") == "lead"))


def test_says_so_where_coded_costs_more_than_paper(figures: dict[str, Any]) -> None:
    figures["comparisons"]["coded_vs_paper"]["gp_hours_saved"] |= {"value": -3.0, "low": -5.0, "high": 1.0}

    assert "cost 3 more hours" in lead(figures)
    assert "includes no saving at all" in lead(figures)


def test_a_loss_stands_at_the_top_in_every_way_that_has_one(figures: dict[str, Any]) -> None:
    figures["arms"]["coded"]["ends"]["lost"] = 2
    figures["arms"]["pdf_email"]["ends"]["lost"] = 0

    html = page(check(figures))
    [warning] = [text(box) for box in parse(html).iter(f"{HTML}div") if box.get("class") == "warning"]

    assert "Coded messages: 2 of 400 results are lost." in warning
    assert "PDF by email" not in warning


def test_each_way_says_what_it_adds_to_the_best_before_it(html: str, figures: dict[str, Any]) -> None:
    [increment] = [
        key for key in figures["comparisons"] if key.startswith("coded_vs_") and "paper" not in key
    ]
    assert f'title="comparisons.{increment}.gp_hours_saved"' in html


def test_the_first_screen_says_what_to_do_how_sure_that_is_and_what_would_change_it(
    figures: dict[str, Any], html: str
) -> None:
    tree = parse(html)
    first = next(tree.iter(f"{HTML}section"))
    assert first.get("id") == "decision"
    said = text(first)
    nearest = figures["decision"]["flips"][0]
    assert "Send coded messages" in said
    assert f"The {nearest['words']}: now" in said
    shown = {figure.get("title") for figure in first.iter(f"{HTML}data")}
    assert {"decision.p_best", "decision.flips[0].at", "decision.draws"} <= shown
    assert any(str(key).endswith(".regret_gbp") for key in shown)


def test_where_no_model_knows_the_scenario_nothing_is_recommended(figures: dict[str, Any]) -> None:
    figures["decision"] = None

    first = next(parse(page(check(figures))).iter(f"{HTML}section"))

    assert "makes no recommendation" in text(first)
    assert not first.findall(f".//{HTML}data")


def test_a_choice_that_nothing_flips_says_so(figures: dict[str, Any]) -> None:
    for flip in figures["decision"]["flips"]:
        flip |= {"at": None, "becomes": None}

    assert "No single figure that was searched" in page(check(figures))


@pytest.mark.parametrize("key", ["gp_hours_saved", "gbp_saved", "errors_avoided"])
def test_hours_pounds_and_errors_have_their_layers_and_the_whole_range(
    figures: dict[str, Any], tree: Parsed, key: str
) -> None:
    shown = [figure.get("title") for figure in tree.iter(f"{HTML}data")]
    for layer in ("practices_and_people", "monte_carlo", "together"):
        assert f"ranges.coded_vs_paper.{key}.{layer}" in shown
    assert shown.count(f"ranges.coded_vs_paper.{key}.together") > 1, "it stands beside the figure too"


def test_without_a_model_the_page_says_that_one_layer_is_all(figures: dict[str, Any], html: str) -> None:
    assert "has the first of them alone" not in html
    figures["ranges"] = None

    alone = page(check(figures))

    assert "has the first of them alone" in alone
    assert 'title="ranges.' not in alone


def test_a_run_without_paper_claims_no_saving(figures: dict[str, Any]) -> None:
    only(figures, "coded")

    html = page(check(figures))

    assert "says nothing of savings" in html
    assert ">Saved<" not in html


def only(figures: dict[str, Any], arm: str) -> None:
    """Leave one way of sending results."""
    figures["arms"] = {arm: figures["arms"][arm]}
    figures["run"]["arms"] = [arm]
    figures["comparisons"] = {}
    figures["outcomes"] = [row for row in figures["outcomes"] if row["arm"] == arm]
    figures["equality"] = [row for row in figures["equality"] if row["arm"] == arm]
    for practice in figures["practices"]:
        practice["arms"] = {arm: practice["arms"][arm]}


def test_a_run_of_paper_alone_received_nothing_at_a_ledger(figures: dict[str, Any]) -> None:
    only(figures, "paper")

    tree = parse(page(check(figures)))
    row = next(row for row in tree.iter(f"{HTML}tr") if text(row).startswith("Received, by the pipeline"))

    assert "none" in text(row)


def test_figures_that_part_nobody_into_groups_have_no_such_section(
    figures: dict[str, Any], html: str
) -> None:
    assert 'id="equality"' in html
    figures["equality"] = []

    assert 'id="equality"' not in page(check(figures))


def test_a_group_that_one_arm_has_not_is_none_there_and_not_nought(figures: dict[str, Any]) -> None:
    figures["equality"] = [
        one for one in figures["equality"] if (one["arm"], one["group"]) != ("coded", "asian")
    ]

    section = parse(page(check(figures))).find(f".//{HTML}section[@id='equality']")
    assert section is not None
    rows = [text(row) for row in section.iter(f"{HTML}tr")]
    asian = next(place for place, row in enumerate(rows) if row.startswith("Asian"))
    own = next(row for row in rows[asian:] if row.startswith("Coded messages"))

    assert own == " ".join(["Coded messages", *["none"] * 9])


def test_an_example_says_that_it_was_not_measured(figures: dict[str, Any], html: str) -> None:
    assert "They were not measured" not in html

    assert "They were not measured" in page(check(figures | {"example": True}))


def test_where_nothing_went_wrong_there_is_a_sentence_instead_of_an_empty_chart(
    figures: dict[str, Any],
) -> None:
    for arm in figures["arms"].values():
        arm["errors_by_kind"] = dict.fromkeys(arm["errors_by_kind"], 0)

    html = page(check(figures))

    assert "chart-errors" not in html
    assert "No result ended as an error" in html


def test_what_was_not_measured_is_none_and_not_nought(figures: dict[str, Any]) -> None:
    figures["arms"]["paper"]["days_to_record"] = {"median": None, "p95": None, "results": 0}
    figures["arms"]["paper"]["uptake_recorded"] = None

    days = next(
        row
        for row in parse(page(check(figures))).iter(f"{HTML}tr")
        if text(row).startswith("Days until half")
    )

    assert text(days).startswith("Days until half were in the record none ")


# -- Colours that can be told apart (WCAG 2.2, AA) -------------------------------------------------------------------


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def colours(html: str, scheme: str) -> dict[str, str]:
    """The variables of the page's style in the light or in the dark."""
    light, dark = re.findall(r":root \{([^}]*--blue[^}]*)\}", html)
    named = dict(re.findall(r"--(\w+): (#\w+);", light))
    return named | dict(re.findall(r"--(\w+): (#\w+);", dark)) if scheme == "dark" else named


def bars(html: str, scheme: str) -> set[str]:
    """The colours of the bars that have a class, which are those that turn."""
    drawn = dict(re.findall(r'<rect [^>]*fill="(#\w+)" class="(\w+)"', html))
    return set(re.findall(r"\.\w+ \{ fill: (#\w+); \}", html)) if scheme == "dark" else set(drawn)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "blue", "red", "hover", "visited"])
@pytest.mark.parametrize("ground", ["card", "page", "foot"])
def test_words_can_be_read_on_their_ground(html: str, ink: str, ground: str, scheme: str) -> None:
    if ground == "foot" and ink != "ink":
        return  # the foot of the page has no other
    named = colours(html, scheme)

    assert contrast(named[ink], named[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bars_can_be_told_from_the_page_and_their_numbers_read(html: str, scheme: str) -> None:
    named, drawn = colours(html, scheme), bars(html, scheme)
    assert len(drawn) >= 4
    for colour in drawn:
        assert contrast(colour, named["on"]) >= 4.5, colour
        assert contrast(colour, named["card"]) >= 3, colour
    assert contrast("#aeb7bd", "#212b32") >= 4.5, "the pale bar has dark numbers"


def test_every_bar_that_turns_in_the_dark_has_its_dark_colour(html: str) -> None:
    turned = set(re.findall(r"\.(\w+) \{ fill: #\w+; \}", html))
    assert set(re.findall(r'<rect [^>]*class="(\w+)"', html)) <= turned


# -- No number of the text is the template's own ---------------------------------------------------------------------

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# What the words themselves count by: how a share is said, standards' names, rules of writing, and the commands.
SAID = (
    "95 in 100", "1 case of 40", "of 1,000 and more are rounded", "near 1 or −1", "near 0", "(SHA-256)",
    "(0: one code only)",     "1, most deprived", "5, least deprived", "10,000 women",
    "CHEERS 2022", "PCG64", "DCB0129 and DCB0160", "its 95% range",
)  # fmt: skip


def held_words(figures: dict[str, Any]) -> set[str]:
    """What figures.json holds in words, and what the report calls its assumptions."""
    return strings(figures) | {words.assumption(row["name"]) for row in figures["assumptions"]}


def strings(value: Any) -> set[str]:
    """Every word and sentence that figures.json holds."""
    if isinstance(value, dict):
        return {one for part in value.values() for one in strings(part)} | set(value)
    if isinstance(value, list):
        return {one for part in value for one in strings(part)}
    return {value} if isinstance(value, str) else set()


def untraced(tree: Parsed, held: set[str]) -> list[str]:
    """Text with a number in it that is neither a figure with a key, nor a text of figures.json, nor a way of saying."""
    found = []

    def read(element: Parsed) -> None:
        name = str(element.tag).rpartition("}")[2]
        if name in {"style", "script", "code", "pre", "data", "svg"} or element.get("title"):
            return
        for part in (element.text, *(child.tail for child in element)):
            plain = " ".join((part or "").split())
            if plain in held or any(plain in one for one in held if len(plain) > 20):
                continue
            for phrase in SAID:
                plain = plain.replace(phrase, "")
            for one in sorted((one for one in held if len(one) > 3), key=len, reverse=True):
                plain = plain.replace(one, "")
            if NUMBER.search(plain):
                found.append(plain)
        for child in element:
            read(child)

    read(tree)
    return found


def test_every_number_of_the_text_is_in_the_figures(figures: dict[str, Any], tree: Parsed) -> None:
    assert untraced(tree, held_words(figures)) == []


def test_a_number_that_somebody_typed_into_a_template_is_noticed(figures: dict[str, Any], html: str) -> None:
    typed = html.replace(
        '<h2 id="answer-heading">The answer', '<h2 id="answer-heading">The answer: 12.5 hours'
    )

    assert len(untraced(parse(typed), held_words(figures))) == 1


def test_every_number_in_a_picture_stands_in_its_section_too(figures: dict[str, Any], tree: Parsed) -> None:
    """To the last digit that the picture shows; a bar's parts may be what is left of a figure."""
    for section in tree.iter(f"{HTML}section"):
        told = [0.0]
        for figure in section.iter(f"{HTML}data"):
            told.append(float(figure.get("value", "nan")))
            if KEY.fullmatch(figure.get("title", "")):
                held = at(figures, figure.get("title", ""))
                told += (
                    [one for one in held.values() if isinstance(one, float)] if isinstance(held, dict) else []
                )
        for chart in section.iter(f"{SVG}svg"):
            if chart.get("class") != "chart":
                continue
            description = chart.find(f"{SVG}desc")
            assert description is not None
            said = " ".join(text(description).split(". ")[1:])
            for number in re.findall(r"\d[\d,]*(?:\.\d+)?%?(?=[ ,;.)]|$)", said):
                shown = float(number.replace(",", "").rstrip("%")) / (100 if number.endswith("%") else 1)
                digits = len(number.rstrip("%").partition(".")[2]) + (2 if number.endswith("%") else 0)
                near = max(0.51 * 10**-digits, 0.006 * shown if shown >= 1_000 else 0)
                assert any(abs(abs(one) - shown) <= near for one in told), (section.get("id"), number)


def test_what_was_corrected_and_taken_back_is_shown_where_there_is_any(figures: dict[str, Any]) -> None:
    assert "taken back" not in page(check(figures))
    figures["arms"]["coded"] |= {"amended": 11, "amended_as_first_printed": 2, "withdrawn": 9}
    shown = text(parse(page(check(figures))))
    assert re.search(r"Corrected by a later print .*? 11", shown)
    assert re.search(r"and the record says the first print [ 0]*2", shown)
