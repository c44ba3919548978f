"""Persona: voice, knowledge, screening."""
