package dev.sedano.worker.simulation;

import java.util.List;

/** Clients that send tasks, some of them twice, late, under one key, or with another payload. */
final class Producers {
    private final World world;
    private final Rules rules;
    private final SimulatedBroker broker;
    private final VirtualClock clock;
    private int copies;
    private int tasks;

    Producers(World world, Rules rules, SimulatedBroker broker) {
        this.world = world;
        this.rules = rules;
        this.broker = broker;
        this.clock = new VirtualClock(world);
    }

    void begin() {
        for (int i = 0; i < rules.tasks(); i++) {
            world.at(world.between(0, rules.chaosEnds()), Host.WORLD, this::task);
        }
    }

    /** Fresh work for every slot once the chaos is over: none may have got lost. */
    void lastWave(int slots) {
        for (int i = 0; i < 2 * slots; i++) {
            publish(0, new Copy.Order("last" + i, null, 0, "p", null, i % 2));
        }
    }

    private void task() {
        String id = "t" + ++tasks;
        long soon = rules.spread();
        int follow = world.chance(0.3) ? 1 + world.random.nextInt(2) : 0;
        switch (world.random.nextInt(8)) {
            case 0, 1 -> publish(0, new Copy.Order(id, null, 0, "p", null, follow));
            case 2, 3 -> {
                for (int i = 0; i <= world.random.nextInt(3); i++) {
                    publish(world.between(0, soon), new Copy.Order(id, null, 0, "p", null, follow));
                }
            }
            case 4 -> {
                for (String each : List.of(id, id + "b", id + "b")) {
                    publish(world.between(0, soon), new Copy.Order(each, "k" + tasks, 0, "p", null, follow));
                }
            }
            case 5 -> {
                boolean explicit = world.chance(0.5);
                publish(
                        world.between(0, soon),
                        new Copy.Order(id, explicit ? "k" + tasks : null, 0, "p", null, follow));
                publish(
                        world.between(0, soon),
                        new Copy.Order(explicit ? id + "b" : id, explicit ? "k" + tasks : null, 0, "q", null, follow));
            }
            case 6 -> {
                String eta = clock.instant().plusMillis(world.between(0, 8_000)).toString();
                publish(0, new Copy.Order(id, null, 0, "p", eta, follow));
                publish(world.between(0, soon), new Copy.Order(id, null, 0, "p", null, follow));
            }
            default -> {
                publish(0, new Copy.Order(id, null, 0, "p", null, follow));
                publish(world.between(0, soon), new Copy.Order(id, null, 1, "p", null, follow));
            }
        }
    }

    private void publish(long delay, Copy.Order order) {
        Copy copy = Copy.of("c" + ++copies, order);
        world.after(delay, Host.WORLD, () -> broker.publish(copy));
    }
}
