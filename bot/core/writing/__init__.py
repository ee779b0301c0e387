"""Let the model write: what fits into the request, files along with it, streaming, and an honest end."""
