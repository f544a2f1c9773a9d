"""The REST API in the form of Kestra 2.0: what differs from 1.3, over the same engine room.

`routes` puts them together with the resources of `embedded.services.kestra.api` that are the same in both. The paths
and fields are those of the official SDK for Python, kestrapy 2.0.3.
"""
