package io.daxkv.storage.dax;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesIn;
import net.openhft.chronicle.bytes.BytesMarshallable;
import net.openhft.chronicle.bytes.BytesOut;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.StopCharTesters;
import net.openhft.chronicle.bytes.algo.BytesStoreHash;

/**
 * A program as people write them for Chronicle Bytes, knowing nothing of windows. What it saw goes into a log, so two
 * runs over two kinds of memory can be compared line by line.
 */
final class ChronicleProgram {
    /** Bytes every run needs. */
    static final int SIZE = 64 << 10;

    private final Bytes<?> bytes;
    private final RandomGenerator random;
    private final List<String> log = new ArrayList<>();

    ChronicleProgram(Bytes<?> bytes, RandomGenerator random) {
        this.bytes = bytes;
        this.random = random;
    }

    List<String> run() {
        bytes.clear();
        bytes.zeroOut(0, SIZE);
        scalars();
        texts();
        objects();
        bulk();
        atomics();
        decimals();
        comparisons();
        randomAccesses();
        return log;
    }

    private void scalars() {
        bytes.writeByte((byte) 7).writeShort((short) -2).writeInt(0x01020304).writeLong(Long.MIN_VALUE + 5);
        bytes.writeFloat(1.25f).writeDouble(-Math.PI).writeBoolean(true).writeUnsignedShort(65_000);
        bytes.writeUnsignedInt(4_000_000_000L)
                .writeInt24(-5)
                .writeUnsignedByte(200)
                .writeOrderedInt(9);
        for (long value : new long[] {0, 1, 127, 128, 16_384, Long.MAX_VALUE, -1, -129, Long.MIN_VALUE}) {
            bytes.writeStopBit(value);
        }
        bytes.writeStopBit(12.75).writeStopBit('\u1234');
        saw(bytes.readByte(), bytes.readShort(), bytes.readInt(), bytes.readLong());
        saw(bytes.readFloat(), bytes.readDouble(), bytes.readBoolean(), bytes.readUnsignedShort());
        saw(bytes.readUnsignedInt(), bytes.readInt24(), bytes.readUnsignedByte(), bytes.readVolatileInt());
        for (int i = 0; i < 9; i++) {
            saw(bytes.readStopBit());
        }
        saw(bytes.readStopBitDouble(), (int) bytes.readStopBitChar(), bytes.readRemaining());
    }

    private void texts() {
        String mixed = "h\u00e9ll\u00f6 \u4e16\u754c \ud83d\ude00";
        bytes.writeUtf8("plain").writeUtf8(mixed).writeUtf8("").writeUtf8(null).writeUtf8("x".repeat(5000));
        bytes.write8bit("eight")
                .write8bit(Bytes.from("bits"))
                .append("k=")
                .append(-120)
                .append(' ')
                .append(3L);
        bytes.append('|').appendUtf8("tail|");
        StringBuilder builder = new StringBuilder();
        saw(
                bytes.readUtf8(),
                bytes.readUtf8(),
                bytes.readUtf8(),
                bytes.readUtf8(),
                bytes.readUtf8(builder),
                builder.toString().hashCode());
        saw(bytes.read8bit(), bytes.read8bit());
        saw(bytes.parseUtf8(StopCharTesters.EQUALS), bytes.parseLong(), bytes.parseLong());
        saw(bytes.parseUtf8(StopCharTesters.ALL), bytes.readRemaining());
        long at = bytes.writePosition();
        long end = bytes.writeUtf8(at, mixed);
        saw(end - at, bytes.compareUtf8(at, mixed), bytes.compareUtf8(at, "other"));
        bytes.writePosition(end);
        saw(bytes.readUtf8());
    }

    private void objects() {
        Trade trade = new Trade("ACME", 12.5, 700, List.of(3L, -4L));
        trade.writeMarshallable(bytes);
        Trade back = new Trade("", 0, 0, List.of());
        back.readMarshallable(bytes);
        saw(back.symbol, back.price, back.quantity, back.fills);
        bytes.writeObject(String.class, "object");
        saw(bytes.readObject(String.class));
        bytes.writeBigDecimal(new BigDecimal("-12345678901234567890.125"));
        saw(bytes.readBigDecimal());
        bytes.writeEnum(Thread.State.WAITING);
        saw(bytes.readEnum(Thread.State.class));
    }

    private void bulk() {
        byte[] block = new byte[9000];
        random.nextBytes(block);
        long at = bytes.writePosition();
        bytes.write(block).write(block, 100, 4000).write(Bytes.wrapForRead(block), 8L, 999L);
        bytes.writeSome(ByteBuffer.wrap(block, 5, 50));
        bytes.writeSome(ByteBuffer.allocateDirect(64).putInt(8, 77));
        bytes.write(at + 1, ByteBuffer.wrap(block), 3, 700);
        bytes.write(at + 3, block, 9, 17);
        byte[] back = new byte[9000];
        saw(bytes.read(back), hash(back));
        ByteBuffer target = ByteBuffer.allocate(4000);
        bytes.read(target);
        saw(target.position(), hash(target.array()));
        bytes.move(at + 10, at + 3, 5000);
        bytes.move(at + 3, at + 20, 5000);
        bytes.zeroOut(at + 100, at + 333);
        saw(bytes.read(at, back, 0, 9000), hash(back));
        try {
            bytes.copyFrom(new ByteArrayInputStream(block, 0, 300));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            bytes.copyTo(out);
            saw(hash(out.toByteArray()), out.size());
            bytes.outputStream().write(block, 0, 10);
            saw(bytes.inputStream().read());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Bytes<?> onHeap = Bytes.allocateElasticOnHeap(16);
        onHeap.write(bytes, at, 2000L);
        saw(onHeap.copyTo(Bytes.allocateElasticOnHeap(2000)), onHeap.hash(2000));
        bytes.readPosition(bytes.writePosition());
    }

    private void atomics() {
        long at = bytes.writePosition() + 7 & -8;
        bytes.writePosition(at + 32);
        saw(bytes.compareAndSwapInt(at, 0, 5), bytes.compareAndSwapInt(at, 0, 6), bytes.addAndGetInt(at, 10));
        saw(bytes.compareAndSwapLong(at + 8, 0, -1), bytes.addAndGetLong(at + 8, 3), bytes.readVolatileLong(at + 8));
        bytes.testAndSetInt(at, 15, 16);
        saw(refusal(() -> bytes.testAndSetInt(at, 15, 16)));
        bytes.writeMaxLong(at + 8, 40);
        bytes.writeMaxLong(at + 8, 30);
        bytes.writeMaxInt(at, 20);
        saw(bytes.addAndGetDouble(at + 16, 1.5), bytes.addAndGetFloat(at + 24, 2.5f));
        bytes.writeVolatileInt(at + 28, 8).writeOrderedLong(at + 8, 41).writeVolatileLong(at + 16, 3);
        bytes.writeVolatileByte(at + 27, (byte) 1).writeVolatileShort(at + 24, (short) 2);
        saw(bytes.readVolatileByte(at + 27), bytes.readVolatileShort(at + 24), bytes.readVolatileInt(at + 28));
        saw(bytes.addAndGetUnsignedByteNotAtomic(at, 250), bytes.addAndGetIntNotAtomic(at + 4, 3));
        bytes.readPosition(bytes.writePosition());
    }

    private void decimals() {
        bytes.append(1.5)
                .append(' ')
                .append(-0.001)
                .append(' ')
                .append(1e15)
                .append(' ')
                .append(123456.789f)
                .append(' ');
        bytes.append(1234.5678, 2)
                .append(' ')
                .append(Long.MIN_VALUE)
                .append(' ')
                .append(0.0)
                .append(' ');
        bytes.appendDecimal(-12345, 3)
                .append(' ')
                .appendBase16(0xCAFE)
                .append(' ')
                .appendDateMillis(0)
                .append(' ');
        saw(bytes.toString());
        saw(bytes.parseDouble(), bytes.parseDouble(), bytes.parseDouble(), bytes.parseDouble(), bytes.parseDouble());
        bytes.readPosition(bytes.writePosition());
    }

    private void comparisons() {
        byte[] block = new byte[100];
        random.nextBytes(block);
        bytes.write(block);
        Bytes<?> same = Bytes.wrapForRead(block);
        saw(bytes.contentEquals(same), same.contentEquals(bytes), bytes.equals(same), same.equals(bytes));
        saw(bytes.hash(100), bytes.fastHash(bytes.readPosition(), 99), bytes.byteCheckSum());
        saw(BytesStoreHash.hash(bytes), BytesStoreHash.hash(bytes) == BytesStoreHash.hash(same));
        saw(bytes.startsWith(Bytes.wrapForRead(new byte[] {block[0], block[1]})), bytes.endsWith((char) 1));
        saw(hash(bytes.toByteArray()), bytes.indexOf(same), bytes.findByte(block[50]), bytes.peekUnsignedByte());
        saw(bytes.toDebugString().length(), bytes.toHexString(), bytes.length(), (int) bytes.charAt(3));
        BytesStore<?, ?> sub = bytes.subBytes(bytes.readPosition(), 10);
        saw(sub.readRemaining(), sub.readLong(sub.start()), bytes.bytesForRead().readInt());
        saw(bytes.copy().readRemaining(), refusal(() -> bytes.readLimit(10).readLong(9)));
    }

    private void randomAccesses() {
        bytes.clear();
        bytes.writePosition(SIZE);
        for (int step = 0; step < 2000; step++) {
            int at = random.nextInt(SIZE - 8);
            long value = random.nextLong();
            switch (random.nextInt(6)) {
                case 0 -> bytes.writeByte(at, (byte) value);
                case 1 -> bytes.writeShort(at, (short) value);
                case 2 -> bytes.writeInt(at, (int) value);
                case 3 -> bytes.writeLong(at, value);
                case 4 -> bytes.move(at, random.nextInt(SIZE / 2), Math.min(SIZE - at, at & 511));
                default -> bytes.writeDouble(at, value);
            }
            saw(bytes.readLong(at), bytes.readShort(at), bytes.readDouble(at), bytes.readUnsignedInt(at));
        }
        saw(hash(bytes.toByteArray()));
        saw(
                refusal(() -> bytes.readLong(SIZE - 7)),
                refusal(() -> bytes.writeLimit(SIZE).writeLong(SIZE - 7, 1)));
    }

    private void saw(Object... values) {
        log.add(log.size() + ": " + java.util.Arrays.toString(values));
    }

    private static String refusal(Runnable access) {
        try {
            access.run();
            return "none";
        } catch (java.nio.BufferUnderflowException e) {
            return "underflow";
        } catch (java.nio.BufferOverflowException e) {
            return "overflow";
        } catch (IllegalStateException e) {
            return "state";
        }
    }

    private static int hash(byte[] content) {
        return java.util.Arrays.hashCode(content);
    }

    /** An object with its own layout. */
    private static final class Trade implements BytesMarshallable {
        private String symbol;
        private double price;
        private int quantity;
        private List<Long> fills;

        Trade(String symbol, double price, int quantity, List<Long> fills) {
            this.symbol = symbol;
            this.price = price;
            this.quantity = quantity;
            this.fills = fills;
        }

        @Override
        public void readMarshallable(BytesIn<?> in) {
            symbol = in.readUtf8();
            price = in.readDouble();
            quantity = (int) in.readStopBit();
            fills = new ArrayList<>();
            for (long left = in.readStopBit(); left > 0; left--) {
                fills.add(in.readLong());
            }
        }

        @Override
        public void writeMarshallable(BytesOut<?> out) {
            out.writeUtf8(symbol).writeDouble(price).writeStopBit(quantity).writeStopBit(fills.size());
            fills.forEach(out::writeLong);
        }
    }
}
