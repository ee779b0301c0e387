"""A local Messages API, in front of a model that is not Claude."""
