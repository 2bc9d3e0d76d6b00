Feature: Results are coded the same way everywhere
  As someone who counts uptake from GP records
  I want the same result to have the same code in every practice
  So that a search finds all of them

  # Regression by construction in the coded arm: a code set has one code for an outcome, so its entries are alike.
  # Evidence is what practices' own habits do, which the evidence file gives.

  Background:
    Given the pilot "quick" was run with seeds 11, 12 and 13

  Scenario: Coded results have one code for a normal result
    Then 100% of normal results in the coded arm's records have the usual code
    And every practice codes alike in the coded arm

  Scenario: Typed results have several
    Then less than 100% of normal results in the paper arm's records have the usual code
