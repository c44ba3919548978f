"""The same content elsewhere: Moments, Official Account, short video."""
