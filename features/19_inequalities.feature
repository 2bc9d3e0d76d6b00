@smoke
Feature: It is no worse for those who have least
  As the programme
  I want to know whether some groups gain less, or lose
  So that a saving is not paid for by those who are screened least already

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  @does_not_hold
  Scenario: The gap between fifths of deprivation in what is undelivered does not grow
    Kind: evidence of little weight: 400 results, and practices are few; the model's many seeds say more
    Believed: nobody said; an equality duty asks
    Threshold: no wider than on paper

    Then "undelivered between fifths of deprivation" in the coded arm is at most the paper arm's
