"""The example website of Noordlicht, an invented fibre company, with everything that consentkit has to gate."""
