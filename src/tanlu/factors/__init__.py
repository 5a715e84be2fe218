"""Choose the emission factor for an activity and say which and why."""
