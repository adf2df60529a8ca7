package dev.sedano.worker.amqp;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.impl.FrameHandlerFactory;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Makes connections that survive py-amqp. Python's client writes integers beyond 32 bits in headers with the field type
 * {@code L}; the Java client does not know it and closes the connection, and the redelivered message does so again. The
 * frames are corrected between socket and parser.
 */
final class CeleryConnectionFactory extends ConnectionFactory {
    @Override
    protected synchronized FrameHandlerFactory createFrameHandlerFactory() throws IOException {
        FrameHandlerFactory inner = super.createFrameHandlerFactory();
        return (address, connectionName) -> correcting(inner.create(address, connectionName));
    }

    private static FrameHandler correcting(FrameHandler handler) {
        return (FrameHandler) Proxy.newProxyInstance(
                FrameHandler.class.getClassLoader(),
                new Class<?>[] {FrameHandler.class},
                (proxy, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(handler, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                    if (result instanceof Frame frame) {
                        HeaderFrames.correct(frame);
                    }
                    return result;
                });
    }
}
