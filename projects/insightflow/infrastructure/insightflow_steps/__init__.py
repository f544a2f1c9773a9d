"""The resources that the InsightFlow pipeline needs on AWS, each created and deleted on its own."""
