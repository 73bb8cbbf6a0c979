"""What everyone who speaks to Kafka here shares, the engine as well as clients and commands.

May import aiokafka and the standard library, and nothing else of the project.

=================== =========================================================================
``record.py``       a consumed record, as far as anyone looks at it
``fetching.py``     consumers that wait longer for a broker that needs longer to look
``joining.py``      consumers that find their group also where the broker names no brokers yet
``answering.py``    who answers at an address
``idempotence.py``  which brokers drop repeated sends by themselves
=================== =========================================================================
"""
