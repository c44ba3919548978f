"""Members: roster, sightings, tags."""
