"""Alerts on their way to people: webhooks, Alertmanager and CAP 1.2, each from its own place in the topic.

Lives here: the file of receivers (``receivers``), who may be called (``addresses``), the request (``calling``,
``signing``), the three forms of a message (``payload``, ``alertmanager``, ``cap``), and the service that runs them
(``service``). May import ``schemas``, ``streams.client``, ``streams.settings``, ``streams.core.alerting`` (how
durations and rules are named) and aiohttp; nothing of the engine or the processors: a receiver that is down must never
hold a worker up.
"""
