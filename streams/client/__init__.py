"""For whoever publishes reports or reads alerts: publisher, subscription, their errors, how to reach the broker.

Imports ``schemas``, ``streams.core`` and the codes of ``streams.reference`` (for the rules that intake will apply),
``streams.settings`` and aiokafka; nothing of the engine, the processors or the command line.
"""

from streams.client.errors import BrokerAway, InvalidReport, PublishError, Refused, TopicMissing
from streams.client.publisher import Receipt, ReportPublisher
from streams.client.subscriber import AlertFilter, AlertSubscription, Received, subscribe
from streams.client.synchronous import SyncReportPublisher
from streams.core.mistakes import Mistake

__all__ = [
    "AlertFilter",
    "AlertSubscription",
    "BrokerAway",
    "InvalidReport",
    "Mistake",
    "PublishError",
    "Receipt",
    "Received",
    "Refused",
    "ReportPublisher",
    "SyncReportPublisher",
    "TopicMissing",
    "subscribe",
]
