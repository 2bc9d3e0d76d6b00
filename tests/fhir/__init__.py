"""`make fhir`: the HL7 validator over every kind of message and answer, and over mutations that it must reject."""
