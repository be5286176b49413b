import cProfile, pstats, sys
from tests.bench.bench_turn import *
from tests.bench.bench_turn import STEPS, succeed
def test_prof(stage):
    stage.deploy(STEPS)
    def steps(n=5):
        for _ in range(n):
            id = stage.start("steps")
            claimed = stage.turn(id).claimed
            while claimed:
                claimed = stage.turn(results=[succeed(work) for work in claimed]).claimed
        return 40*n
    steps(1)
    p=cProfile.Profile(__import__("time").thread_time); p.enable(); steps(3); p.disable()
    st=pstats.Stats(p, stream=sys.stdout); st.sort_stats("cumtime").print_stats(75)
