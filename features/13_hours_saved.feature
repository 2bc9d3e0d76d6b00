@smoke
Feature: Coded results save hours over paper
  As the programme
  I want to know whether practices and offices spend less time
  So that money goes where it frees people

  # Evidence as far as the evidence file's minutes are: the desks work by them.

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: Practices spend less time
    Kind: evidence
    Believed: cheaper and faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: beyond doubt, that is at the low end of its range; and no more than what no rule may file, or finds nobody, at its longest against paper's usual minutes (autofile_share, match_failure, unmatched_minutes, minutes_a_result)

    Then "GP hours saved" of coded against paper is above 0 hours, at its low end
    And "GP minutes, of paper's" in the coded arm is at most the evidence's minutes_that_must_remain

  Scenario: The same on results that both ways delivered
    Kind: evidence: what is not delivered is no saving
    Believed: cheaper and faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: beyond doubt

    Then "GP hours saved on what both delivered" of coded against paper is above 0 hours, at its low end

  Scenario: The screening office spends less time
    Kind: evidence
    Believed: BSOs need results to be automated (alpha brief, 2025-04, high)
    Threshold: beyond doubt

    Then "office hours saved" of coded against paper is above 0 hours, at its low end

  @full
  Scenario: Over a year of an office practices spend less time, each way against the one before
    Kind: evidence, in the model: each seed is an office of its own, the evidence's figures drawn within their doubt
    Believed: cheaper and faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: at every office, beyond nothing

    Given the pilot "bso_year" as written, over seeds 1 to 200 in the model
    Then "GP hours saved" of pdf_email against paper is above 0 hours
    And "GP hours saved" of coded against mesh_pdf is above 0 hours
    And "GP hours saved" of coded against paper is above 0 hours

  @full
  Scenario: Over a year of an office the screening office spends less time too
    Kind: evidence, in the model
    Believed: BSOs need results to be automated (alpha brief, 2025-04, high)
    Threshold: at every office, beyond nothing

    Given the pilot "bso_year" as written, over seeds 1 to 200 in the model
    Then "office hours saved" of mesh_pdf against pdf_email is above 0 hours
    And "office hours saved" of coded against paper is above 0 hours

  # What no practice's system files by itself comes back to the office as an exception, and a PDF never does.
  @full @does_not_hold
  Scenario: Codes cost the screening office no more time than PDF over MESH
    Kind: evidence, in the model
    Believed: BSOs need results to be automated (alpha brief, 2025-04, high)
    Threshold: at every office, no more

    Given the pilot "bso_year" as written, over seeds 1 to 200 in the model
    Then "office hours saved" of coded against mesh_pdf is at least 0 hours

  @full
  Scenario: Over a year of an office it costs less
    Kind: evidence, in the model; running costs alone, nothing that has to be built first
    Believed: cheaper and faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: at every office, beyond nothing

    Given the pilot "bso_year" as written, over seeds 1 to 200 in the model
    Then "pounds saved" of coded against paper is above 0 pounds
    And "pounds saved" of coded against mesh_pdf is above 0 pounds
