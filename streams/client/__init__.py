"""For whoever publishes reports: the publisher, its errors, and how to reach the broker.

Imports ``schemas``, ``streams.core`` (for the rules that intake will apply), ``streams.settings`` and aiokafka;
nothing of the engine, the processors or the command line.
"""

from streams.client.errors import BrokerAway, InvalidReport, PublishError, Refused, TopicMissing
from streams.client.publisher import Receipt, ReportPublisher
from streams.client.synchronous import SyncReportPublisher
from streams.core.mistakes import Mistake

__all__ = [
    "BrokerAway",
    "InvalidReport",
    "Mistake",
    "PublishError",
    "Receipt",
    "Refused",
    "ReportPublisher",
    "SyncReportPublisher",
    "TopicMissing",
]
