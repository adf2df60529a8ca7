package dev.sedano.worker.delivery;

import java.util.random.RandomGenerator;

/** Pipelines without chance of their own, for the simulation. */
public final class SimulatedPipelines {
    private SimulatedPipelines() {}

    /** A pipeline whose nonces and jitter come from {@code random}. */
    public static DeliveryPipeline pipeline(
            PipelineSettings settings, DeliveryPipeline.Collaborators with, RandomGenerator random) {
        return new DeliveryPipeline(settings, with, Oversight.NONE, random);
    }
}
