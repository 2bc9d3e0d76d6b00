"""The pilots that are broken on purpose, in a module of their own: they share no run with the other features."""

from pytest_bdd import scenarios

scenarios("23_sabotages.feature")
