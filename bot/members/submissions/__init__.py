"""What members send in: asked for consent, reviewed, adopted, withdrawn at any time."""
