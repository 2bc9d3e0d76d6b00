"""The vocabulary of the pilot: frozen values that every other room shares. Imports nothing of ours."""
