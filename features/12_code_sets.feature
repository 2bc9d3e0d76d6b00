@smoke
Feature: A code set is tried before anybody signs it
  As the clinical lead for terminology
  I want to see what a search would find with each code set
  So that I sign the one that is worth most and harms nobody

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: With the interim set every absence can be found
    Kind: evidence, of published searches against a code set; had each message been filed as sent
    Believed: more accurate uptake data (hypothesis of the alpha brief, 2025-04)
    Threshold: more than the set without generic concepts finds

    Then "absences found by its best search" of the code set interim-2026-11 is above 0 results

  Scenario: No search counts as screened who was not
    Kind: evidence, of published searches: 268547008 as a question would count as screened
    Believed: nobody may be taken for screened who was not
    Threshold: not one, with either set

    Then "screenings that never took place and a search finds" of the code set interim-2026-11 is exactly 0 results
    And "screenings that never took place and a search finds" of the code set breast-specific-only-2026-11 is exactly 0 results
