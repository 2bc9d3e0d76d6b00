@smoke
Feature: Normal results file themselves
  As staff of a GP practice
  I want normal results to be in the record without my typing them
  So that I have the time for what needs a person

  # Counted are results of people who are that practice's patients: the result of one who has left or died is not
  # to be filed there at all, and 17_accounted_for.feature sees to it that a person has it.

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: A normal result needs no hand at a practice that is ready
    Kind: evidence, of how often a message finds nobody; that a rule files what it finds is regression by construction
    Believed: the bowel programme, live, files 98.8% of normal results electronically (design history, 2025-03)
    Threshold: the breast pilot should not do worse than bowel_normals_electronic in the evidence file

    Then "its patients' normal results filed by a rule" in the coded arm is at least the evidence's bowel_normals_electronic

  Scenario: Every normal result that a rule filed can be found
    Kind: regression by construction: a message carries the code set's one code for normal
    Believed: the hypothesis of the alpha brief, more accurate processing (2025-04)
    Threshold: none may be wrong: it looks right, and nobody reads it again

    Then "normal results filed by a rule that no search finds" in the coded arm is exactly 0 results

  @hazard @H06
  Scenario: A normal result is there the next day
    Kind: evidence, of practices' systems and of the office's list
    Believed: the hypothesis of the alpha brief, faster processing (2025-04)
    Threshold: the bowel programme's share again, a day after the print

    Then "its patients' normal results in the record within a day" in the coded arm is at least the evidence's bowel_normals_electronic
