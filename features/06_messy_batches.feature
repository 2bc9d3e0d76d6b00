@full
Feature: Messy batches are said to be messy
  As staff of the screening office
  I want every print that cannot be trusted named, and all others sent
  So that one bad page does not stop a month, nor slip through

  Background:
    Given the pilot "messy" as written, seeds 1, 2 and 3

  Scenario: Nothing vanishes in the reading
    Kind: evidence, of the reader on prints made here; no real print was available
    Believed: patient and GP results can be obtained within reasonable time (alpha brief, 2025-04, medium)
    Threshold: every result has an entry in the ledger

    Then "results never received" in the coded arm is exactly 0 results

  Scenario: What bears another's number goes into nobody else's record
    Kind: evidence, of matching by name and birthday as well
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Then "results in somebody else's record" in the coded arm is exactly 0 results

  Scenario: Fewer errors than on paper where results are typed
    Kind: evidence
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: fewer than paper

    Then "errors where results are typed" in the coded arm is below the paper arm's
