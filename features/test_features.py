"""Every feature in this folder, in one module, so that features that ask for the same run share it."""

from pytest_bdd import scenarios

scenarios(".")
