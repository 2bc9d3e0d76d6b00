@smoke
Feature: Results are coded the same way everywhere
  As someone who counts uptake from GP records
  I want the same result to have the same code in every practice
  So that a search finds all of them

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: Coded results have one code for a normal result
    Kind: regression by construction: a code set has one code for an outcome
    Believed: inconsistent coding went back 15 years (design history, 2026-07)
    Threshold: all of them, in every practice

    Then "normal results with the usual code" in the coded arm is exactly 100 per cent
    And "practices that code alike" in the coded arm is exactly 100 per cent

  Scenario: Typed results have several
    Kind: evidence as far as the evidence file's second_normal_code is: two codes are in wide use
    Believed: inconsistent coding went back 15 years (design history, 2026-07)
    Threshold: some have another

    Then "normal results with the usual code" in the paper arm is below 100 per cent
