"""The single things that the InsightFlow pipeline needs on AWS; each can be made and taken away by itself."""
