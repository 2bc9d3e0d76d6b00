"""Who a batch is about: practices, people, their episodes, drawn and named."""
