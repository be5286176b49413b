import time
from tests.bench.bench_turn import *
from tests.bench.bench_turn import STEPS, succeed
from django.db import connection, connections
def cpu(pid):
    f=open(f"/proc/{pid}/stat").read().rsplit(")",1)[1].split(); return (int(f[11])+int(f[12]))/100
def test_prof(stage):
    stage.deploy(STEPS)
    with connections["default"].cursor() as c:
        c.execute("select pg_backend_pid()"); pid=c.fetchone()[0]
    def steps(n=5):
        for _ in range(n):
            id = stage.start("steps")
            claimed = stage.turn(id).claimed
            while claimed:
                claimed = stage.turn(results=[succeed(work) for work in claimed]).claimed
        return 40*n
    steps()
    for mode in ("auto","force_generic_plan","force_custom_plan"):
        with connections["default"].cursor() as c:
            c.execute(f"set plan_cache_mode={mode}")
        t0=time.process_time(); w0=time.perf_counter(); c0=cpu(pid); n=steps(); print(mode, "per step ms: py %.2f  pg %.2f wall %.2f"%((time.process_time()-t0)*1000/n, (cpu(pid)-c0)*1000/n, (time.perf_counter()-w0)*1000/n))
    with connections["default"].cursor() as c:
        c.execute("select generic_plans, custom_plans, left(regexp_replace(statement,'\\s+',' ','g'),90) from pg_prepared_statements order by 2 desc")
        for r in c.fetchall(): print("PS", r)
