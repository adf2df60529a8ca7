package dev.sedano.worker.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a private key from a PEM file: PKCS#8 of any kind, and the older form of RSA keys. */
final class PemKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    /** Version 0 and the algorithm rsaEncryption, as they precede an RSA key in PKCS#8 (RFC 5208). */
    private static final byte[] RSA = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private PemKey() {}

    /** Throws IllegalArgumentException naming parameter, file and cure; never shows the key. */
    static PrivateKey read(String parameter, Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    parameter + " names " + file + ", which cannot be read: check path and permissions", e);
        }
        Matcher block = BLOCK.matcher(text);
        if (!block.find()) {
            throw unusable(parameter, file, null);
        }
        byte[] der = Base64.getMimeDecoder().decode(block.group(2));
        byte[] pkcs8 = switch (block.group(1)) {
            case "PRIVATE KEY" -> der;
            case "RSA PRIVATE KEY" -> wrapped(der);
            default -> throw unusable(parameter, file, null);
        };
        GeneralSecurityException misfit = null;
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                misfit = e; // the file does not say which algorithm it is
            }
        }
        throw unusable(parameter, file, misfit);
    }

    private static IllegalArgumentException unusable(
            String parameter, Path file, @Nullable GeneralSecurityException cause) {
        return new IllegalArgumentException(
                parameter + " names " + file
                        + ", which holds no usable private key: convert it with 'openssl pkcs8 -topk8 -nocrypt'",
                cause);
    }

    private static byte[] wrapped(byte[] rsa) {
        return element(0x30, RSA, element(0x04, rsa));
    }

    /** One DER element: tag, length, content. */
    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
