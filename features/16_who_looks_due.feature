@smoke
Feature: Nobody who came looks as if she had not
  As a participant who was screened
  I want my practice to know it
  So that nobody chases me for what I have done

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: Fewer screened women look due
    Kind: evidence
    Believed: more accurate uptake data (hypothesis of the alpha brief, 2025-04)
    Threshold: fewer than on paper

    Then "screened women whom a search calls due" in the coded arm is below the paper arm's
