@smoke
Feature: Results are there sooner, and searches count better
  As someone who reads uptake from GP records
  I want results in the record soon, and all of them
  So that what a search says in June is what happened by May

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: Half are in the record a week sooner
    Kind: evidence, as far as post and backlogs are those of the evidence file
    Believed: faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: within a day, where paper takes the post and a desk's backlog

    Then "days until half are in the record" in the coded arm is at most 1 days
    And "days until half are in the record" in the coded arm is below the paper arm's

  Scenario: No more come late
    Kind: evidence
    Believed: faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: no more than on paper past the evidence's late_after_days (where none is late there, none can be fewer)

    Then "late results" in the coded arm is at most the paper arm's

  Scenario: Uptake as a search sees it is nearer to the truth
    Kind: evidence: what is not delivered or in words alone is missing on both sides of the sum, and may cancel out
    Believed: more accurate uptake data (hypothesis of the alpha brief, 2025-04)
    Threshold: no further from the truth than on paper

    Then "uptake that a search misses" in the coded arm is at most the paper arm's
