"""An error that a user can act on is one clear line."""

import inspect
import pickle

import pytest

from pilot import errors
from pilot.errors import SimulatorLost, UserError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, UserError)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_says_what_where_and_how_to_mend_it(kind: type[UserError]) -> None:
    error = kind("Unknown scenario", "quik", "Choose one of: quick, year")
    assert str(error) == "Unknown scenario: quik. Choose one of: quick, year."
    assert error.exit_code == (3 if kind is SimulatorLost else 2)


@pytest.mark.parametrize("kind", KINDS)
def test_it_crosses_process_boundaries(kind: type[UserError]) -> None:
    error = kind("what", "where", "mend")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == str(error)


def test_it_is_one_line_whatever_it_was_told() -> None:
    assert str(UserError("two\nlines.", "", "Mend it.\n")) == "two lines. Mend it."


def test_each_kind_is_drawn_in_the_tree() -> None:
    assert errors.__doc__
    assert [kind.__name__ for kind in KINDS if kind.__name__ not in errors.__doc__] == []
