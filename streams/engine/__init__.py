"""The stream engine: Faust in block mode. It knows nothing of strikes.

One event of Faust is a *block*, the consecutive records fetched of one partition, because an event costs Faust
what a record costs us a hundred times over. A :class:`~streams.engine.stage.Stage` gives the records a meaning;
the engine gives it its partitions, its recovered state, its clock ticks, and the order in which outputs, changes
and offsets become durable (``partition.py``).

May import Faust, mode, aiokafka, ``streams.kafka`` and the standard library; nothing of ``schemas``, ``streams.core``
or processors.

========================  ==========================================================================
``stage.py``              the interface a processor implements
``config.py``             every setting of the engine, one frozen value
``running.py``            start, run and stop stages in this process
``signals.py``            what the process heeds meanwhile
``stage_app.py``          one stage: its partitions, ticks, watchdog
``faust_app.py``          the Faust app of a stage
``rounds.py, inbox.py``   which delivered blocks are begun, and when
``partition.py``          one owned partition: the order of a block, exactly-once state
``changelog.py``          how a commit looks in the changelog, and who may write there
``recovery.py``           bringing a store to the end of its changelog, and claiming it
``store.py, rocks.py``    the recovered state: memory, RocksDB
``outbox.py, sending.py`` sending outputs, every acknowledgement awaited
``transport.py``          the overridden parts of Faust's aiokafka driver
``blocks.py, offsets.py`` blocks as Faust messages; which offset may be committed
``watchdog.py, ends.py``  noticing that nothing moves
``loop_watch.py``         noticing that the event loop hangs
``running_time.py``       the clock of both: it stands while the process is kept from running
``embedded.py, ports.py`` the development broker, and a port for it
========================  ==========================================================================
"""
