"""A flow for flow tests to test, and the head of its suite."""

FLOW = """
id: price
namespace: tests.shop
inputs:
  - id: amount
    type: INT
    defaults: 3
tasks:
  - id: ask
    type: io.kestra.plugin.core.http.Request
    uri: http://127.0.0.1:1/
  - id: total
    type: io.kestra.plugin.core.debug.Return
    format: "{{ inputs.amount * (outputs.ask.body | number) }}"
"""
SUITE = """
id: price_tests
namespace: tests.shop
flowId: price
testCases:
"""
