"""An Elasticsearch node as a service of the embedded stack."""
