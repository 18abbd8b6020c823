package dev.holdfast.testkernel;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Keeps what is made for a guest from running on a host, when an IDE or a chosen class would. */
final class InGuest implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String flavour = System.getenv("HOLDFAST_TESTKERNEL");
        return flavour != null && context.getTags().contains(flavour)
                ? ConditionEvaluationResult.enabled("this is the test kernel, " + flavour)
                : ConditionEvaluationResult.disabled("runs in the test kernel: testkernel/test");
    }
}
