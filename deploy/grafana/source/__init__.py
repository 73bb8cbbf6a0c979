"""The dashboards as code: ``python -m deploy.grafana.source`` writes deploy/grafana/dashboards/ and the region lookup.

One file a dashboard; ``parts`` holds what they share. Needs the development dependency grafana-foundation-sdk.
"""
