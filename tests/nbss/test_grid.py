"""Lines of text from positions of characters, whatever the page's grid."""

from hypothesis import given
from hypothesis import strategies as st

from pilot.nbss.grid import UNREADABLE, Glyph, lines_of

WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:,.-'", min_size=3, max_size=12)
# A line of words, single spaces and wider gaps. A page of single letters would show no grid to anybody.
LINES = st.lists(st.tuples(WORDS, st.integers(1, 9)), min_size=1, max_size=6).map(
    lambda pieces: "".join(word + " " * gap for word, gap in pieces).rstrip()
)


def on_grid(rows: list[str], left: float, top: float, column: float, row: float) -> list[Glyph]:
    return [
        (left + at * column, left + (at + 1) * column, top - y * row - 8, top - y * row, char)
        for y, text in enumerate(rows)
        for at, char in enumerate(text)
        if char != " "
    ]


@given(
    st.lists(LINES, min_size=1, max_size=20),
    st.floats(0, 90),
    st.floats(600, 1200),
    st.floats(3, 12),
    st.floats(9, 24),
    st.randoms(use_true_random=False),
)
def test_fixed_width_text_comes_back_as_it_was_laid_whatever_the_grid(rows, left, top, column, row, random):
    glyphs = on_grid(["I" + text for text in rows], left, top, column, row)
    random.shuffle(glyphs)
    assert lines_of(glyphs) == ["I" + text for text in rows]


def test_indentation_is_kept():
    assert lines_of(on_grid(["NHS BREAST", "    : FEATHERING"], 28, 800, 6, 12)) == [
        "NHS BREAST",
        "    : FEATHERING",
    ]


def test_wide_type_reads_as_ordinary_type():
    glyphs = on_grid(["Screening Number: KXX000001"], 28, 800, 6, 12)
    glyphs += on_grid(["NOT SCREENED"], 28, 788, 12, 12)
    assert lines_of(glyphs) == ["Screening Number: KXX000001", "NOT SCREENED"]


def test_a_borrowed_glyph_narrower_than_its_column_makes_no_space():
    glyphs = on_grid(["LUCZAK, ANNA"], 28, 800, 6, 12)
    left, _, bottom, top, _ = glyphs[0]
    glyphs[0] = (left, left + 2.8, bottom, top, "Ł")
    assert lines_of(glyphs) == ["ŁUCZAK, ANNA"]


def test_bold_by_printing_twice_is_one_character():
    once = on_grid(["NOT SCREENED"], 28, 800, 6, 12)
    twice = [(left + 0.4, right + 0.4, bottom, top, char) for left, right, bottom, top, char in once]
    assert lines_of(once + twice) == ["NOT SCREENED"]


def test_two_characters_in_one_place_are_not_guessed_between():
    over = on_grid(["3"], 28, 800, 6, 12)
    assert lines_of([*on_grid(["8LETTERS"], 28, 800, 6, 12), *over]) == [UNREADABLE + "LETTERS"]


def test_a_page_without_characters_has_no_lines():
    assert lines_of([]) == []
