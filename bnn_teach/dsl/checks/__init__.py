"""What enters a model, checked at the door: observed values, parameters; and errors explained."""
